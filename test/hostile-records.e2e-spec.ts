import { inspect } from 'node:util';
import { context, type ContextManager } from '@opentelemetry/api';
import type { MetricsCollector } from '../src';
import { CollectionApp } from './support/collection-app';

function refuse(): never {
  throw new Error('nobody may look');
}

type Method = 'recordAgentExecution' | 'recordToolExecution' | 'recordModelCall';

const records: Record<Method, object> = {
  recordAgentExecution: { agentId: 'a', durationMs: 1, status: 'error', errorType: 'E', endTime: new Date(0) },
  recordToolExecution: { toolName: 't', agentId: 'a', durationMs: 1, status: 'success', retries: 1 },
  recordModelCall: { model: 'm', provider: 'p', inputTokens: 3, durationMs: 1, costUsd: 2 },
};

/** Where a record is nothing but trouble, the field that is read first is named. */
const first: Record<Method, string> = {
  recordAgentExecution: 'agentId',
  recordToolExecution: 'toolName',
  recordModelCall: 'model',
};

const methods = Object.keys(records) as Method[];
const fields = methods.flatMap((method) => Object.keys(records[method]).map((field) => [method, field] as const));

const record = (metrics: MetricsCollector, method: Method, given: unknown) =>
  (metrics[method] as (record: unknown) => unknown)(given);

/** A record one of whose fields can be read so often and no more. */
function readable(method: Method, field: string, times: number): object {
  const value = (records[method] as Record<string, unknown>)[field];
  let left = times;
  return Object.defineProperty({ ...records[method] }, field, { get: () => (left-- > 0 ? value : refuse()) });
}

/** Everything that was counted. */
const counted = async (app: CollectionApp) => [await app.json(), app.metrics.getHistory(), app.metrics.getTrends()];

describe('A record that cannot be read', () => {
  it.each(fields)('is dropped and logged once: %s, %s', async (method, field) => {
    const app = await CollectionApp.start();
    const before = await counted(app);
    for (let i = 0; i < 3; i += 1) record(app.metrics, method, readable(method, field, 0));
    expect(await counted(app)).toEqual(before);
    expect(app.log.warnings).toEqual([
      `${method}: ${field} cannot be read. The record was dropped. Further records with this fault are not logged.`,
    ]);
    expect(app.log.errors).toEqual([]);
  });

  it.each(fields)('is a RangeError with strict: %s, %s', async (method, field) => {
    const { metrics, log } = await CollectionApp.start({ strict: true });
    expect(() => record(metrics, method, readable(method, field, 0))).toThrow(
      new RangeError(`${method}: ${field} cannot be read.`),
    );
    expect(log.warnings).toEqual([]);
  });

  it.each(fields)('a second time is dropped and harms nobody: %s, %s', async (method, field) => {
    const app = await CollectionApp.start();
    const before = await counted(app);
    for (let i = 0; i < 3; i += 1) record(app.metrics, method, readable(method, field, 1));
    expect([await counted(app), [...app.log.warnings, ...app.log.errors].length]).toEqual([before, 1]);
  });

  it.each(methods)('at all is dropped and logged once: %s', async (method) => {
    const app = await CollectionApp.start();
    const before = await counted(app);
    const proxy = new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse });
    for (let i = 0; i < 3; i += 1) record(app.metrics, method, proxy);
    expect(await counted(app)).toEqual(before);
    expect(app.log.warnings).toEqual([expect.stringContaining(`${method}: ${first[method]} cannot be read.`)]);
  });

  it.each(methods)('is nothing while it is disabled: %s', async (method) => {
    const { metrics, log } = await CollectionApp.start({ strict: true });
    metrics.disable();
    record(metrics, method, new Proxy({}, { get: refuse }));
    expect([...log.warnings, ...log.errors]).toEqual([]);
  });
});

describe('A value that cannot be shown', () => {
  const unshowable = { [inspect.custom]: refuse };
  const message = 'is a value of type object that cannot be shown; it must be a string that is not empty.';

  it.each(fields.filter(([, field]) => /Id|Name|model|errorType/.test(field)))(
    'is dropped and logged: %s, %s',
    async (method, field) => {
      const { metrics, log } = await CollectionApp.start();
      record(metrics, method, { ...records[method], [field]: unshowable });
      expect(log.warnings).toEqual([expect.stringContaining(`${method}: ${field} ${message}`)]);
    },
  );

  it('is a RangeError with strict', async () => {
    const { metrics } = await CollectionApp.start({ strict: true });
    expect(() => record(metrics, 'recordToolExecution', { toolName: unshowable })).toThrow(
      new RangeError(`recordToolExecution: toolName ${message}`),
    );
    expect(() => metrics.recordCacheHit(unshowable as never)).toThrow(
      new RangeError(`recordCacheHit: cache ${message}`),
    );
  });
});

const BROKEN_CLOCKS: readonly (readonly [what: string, reading: 'now' | 'wallTime', answer: () => number])[] = [
  ['now fails', 'now', refuse],
  ['wallTime fails', 'wallTime', refuse],
  ['now is no number', 'now', () => NaN],
  ['now never ends', 'now', () => Infinity],
  ['wallTime is no number', 'wallTime', () => NaN],
  ['wallTime is beyond all times', 'wallTime', () => 8.7e15],
];

describe.each(BROKEN_CLOCKS)('A clock whose %s', (_what, reading, answer) => {
  it.each(methods)('counts a record at the last time that was known, also with strict: %s', async (method) => {
    for (const strict of [false, true]) {
      const app = await CollectionApp.start({ strict });
      record(app.metrics, method, records[method]);
      const [before] = app.metrics.getHistory();
      const clock = jest.spyOn(app.clock, reading).mockImplementation(answer);
      for (let i = 0; i < 3; i += 1) record(app.metrics, method, records[method]);
      // A number that JSON cannot hold would be null, as is the window before, which nobody has seen.
      const trends = JSON.stringify(app.metrics.getTrends()).replaceAll('"previous":null', '');
      expect(trends).not.toContain('null');
      expect(await app.json()).toMatchObject({ system_metrics: { uptime_seconds: 0 } });
      clock.mockRestore();

      const { endTime, status } = before!;
      expect(app.metrics.getHistory()).toMatchObject(Array.from({ length: 4 }, () => ({ endTime, status })));
      expect(app.log.errors).toEqual([expect.stringContaining('"clock"')]);
    }
  });
});

describe('A tracer that fails', () => {
  const manager = {
    active: refuse,
    with: (_: unknown, fn: () => unknown) => fn(),
    bind: (_: unknown, target: unknown) => target,
    enable: () => manager,
    disable: () => manager,
  } as unknown as ContextManager;

  afterEach(() => context.disable());

  it('costs records and executions their traces, and nothing else', async () => {
    const { metrics, tracker, log } = await CollectionApp.start();
    context.setGlobalContextManager(manager);
    for (const method of methods) record(metrics, method, records[method]);
    tracker.trackTool('tracked', () => 'fine');
    expect(metrics.getHistory().map(({ kind, traceId }) => [kind, traceId])).toEqual([
      ['tool', undefined],
      ['model', undefined],
      ['tool', undefined],
      ['agent', undefined],
    ]);
    expect([...log.warnings, ...log.errors]).toEqual([]);
  });
});

describe('A record of a time beyond all times', () => {
  class Late extends Date {
    override getTime(): number {
      return Infinity;
    }
  }

  it.each([
    ['one day after the last', new Date(8.64e15 + 86_400_000)],
    ['what was no date', new Date('soon')],
    ['a class that says otherwise', new Late(0)],
  ])('is dropped: %s', async (_what, endTime) => {
    const { metrics, log } = await CollectionApp.start();
    metrics.recordToolExecution({ toolName: 't', durationMs: 1, status: 'success', endTime });
    expect(metrics.getHistory()).toEqual([]);
    expect(log.warnings).toEqual([expect.stringContaining('recordToolExecution: endTime is')]);
  });

  it.each([
    ['the first that there is', new Date(-8.64e15), 1_000],
    ['the last that there is', new Date(8.64e15), 1_000],
    ['one that took longer than there is time', undefined, Number.MAX_SAFE_INTEGER],
  ])('leaves the documents whole: %s', async (_what, endTime, durationMs) => {
    const { metrics } = await CollectionApp.start();
    metrics.recordAgentExecution({ agentId: 'a', durationMs, status: 'success', endTime });
    metrics.recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'success' });
    const [, execution] = metrics.getHistory();
    expect([execution?.startTime.getTime(), execution?.endTime.getTime()].map(Number.isFinite)).toEqual([true, true]);
    expect(() => JSON.parse(JSON.stringify(metrics.getHistory())) as unknown).not.toThrow();
    const document = JSON.parse(await metrics.exportMetrics('json')) as { system_metrics: { total_requests: number } };
    expect(document.system_metrics.total_requests).toBe(2);
    expect(metrics.getTrends({ window: '1m' }).agents['a']?.count).toBeGreaterThanOrEqual(1);
  });
});

import * as fc from 'fast-check';
import type { ExecutionStatus, MetricsCollector } from '../src';
import type { PlainTokens } from './support/plain-ledger';
import { contextAgent, PlainPair, type RunningCall } from './support/plain-pair';

const PRICE = { inputPerMillion: 3, outputPerMillion: 15, cachedInputPerMillion: 0.3, cacheWritePerMillion: 3.75 };
const AGENTS = ['writer', 'critic', 'a"b\\\n', '__proto__', 'declared agent'];
const TOOLS = ['search', 'constructor', '{le="1"}', 'declared tool'];

/** Something that happens. A failing run is printed as a list of these. */
interface Step {
  act(pair: PlainPair): void | Promise<void>;
}

function stepOf<How>(what: string, how: fc.Arbitrary<How>, act: (pair: PlainPair, how: How) => void | Promise<void>) {
  return how.map<Step>((how) => ({
    act: (pair) => act(pair, how),
    [fc.toStringMethod]: () => `${what} ${fc.stringify(how)}`,
  }));
}

const pick = (running: readonly RunningCall[], index: number | undefined) =>
  index === undefined || running.length === 0 ? undefined : running[index % running.length];

const within = fc.option(fc.nat(5), { nil: undefined });
const agent = fc.constantFrom(...AGENTS);
const tool = fc.constantFrom(...TOOLS);
const ownAgent = fc.option(agent, { nil: undefined });
const status = fc.constantFrom<ExecutionStatus>('success', 'success', 'error', 'timeout', 'cancelled');
const errorType = fc.option(fc.constantFrom('RangeError', 'ECONNRESET', 'a"b'), { nil: undefined });
const durationMs = fc.oneof(
  fc.nat(100_000),
  fc.nat(10_000_000).map((microseconds) => microseconds / 1_000),
);
const tokens = fc.option(fc.nat(5_000), { nil: undefined });
const amount = fc.option(fc.nat(1_000), { nil: undefined });

const typeOf = (status: ExecutionStatus, errorType: string | undefined) =>
  errorType ?? { success: undefined, error: 'Error', timeout: 'TimeoutError', cancelled: undefined }[status];

const recordAgent = stepOf(
  'recordAgentExecution',
  fc.record({ agentId: agent, durationMs, status, errorType, within }),
  (pair, { within, ...record }) => {
    const around = pick(pair.running, within);
    pair.inside(around, () => pair.app.metrics.recordAgentExecution(record));
    const { agentId, durationMs, status, errorType } = record;
    const end = { status, seconds: durationMs / 1_000, errorType: typeOf(status, errorType) };
    pair.add({ kind: 'agent', agent: agentId, isRequest: !pair.isInLiveAgent(around) }, end);
  },
);

const recordTool = stepOf(
  'recordToolExecution',
  fc.record({
    toolName: tool,
    agentId: ownAgent,
    durationMs,
    status,
    errorType,
    inputBytes: amount,
    outputBytes: amount,
    retries: amount,
    within,
  }),
  (pair, { within, ...record }) => {
    const around = pick(pair.running, within);
    pair.inside(around, () => pair.app.metrics.recordToolExecution(record));
    const { agentId = contextAgent(around), toolName, durationMs, status, errorType, ...measured } = record;
    const end = { ...measured, status, seconds: durationMs / 1_000, errorType: typeOf(status, errorType) };
    pair.add({ kind: 'tool', agent: agentId, tool: toolName, isRequest: false }, end);
  },
);

const recordModel = stepOf(
  'recordModelCall',
  fc.record({
    model: fc.constantFrom('priced', 'unpriced'),
    provider: fc.constantFrom('openai', 'azure', undefined),
    agentId: ownAgent,
    status,
    errorType,
    durationMs: fc.option(durationMs, { nil: undefined }),
    timeToFirstTokenMs: fc.option(durationMs, { nil: undefined }),
    inputTokens: tokens,
    cachedInputTokens: tokens,
    cacheWriteTokens: tokens,
    outputTokens: tokens,
    reasoningTokens: tokens,
    within,
  }),
  (pair, { within, ...record }) => {
    const around = pick(pair.running, within);
    pair.inside(around, () => pair.app.metrics.recordModelCall(record));
    const { agentId = contextAgent(around), model, provider, status } = record;
    const tokens = partitionOf(record);
    pair.add(
      { kind: 'model', agent: agentId, model, provider, isRequest: false },
      {
        status,
        seconds: record.durationMs === undefined ? undefined : record.durationMs / 1_000,
        errorType: typeOf(status, record.errorType),
        tokens,
        costUsd: model === 'priced' ? costOf(tokens) : undefined,
        firstTokenSeconds: record.timeToFirstTokenMs === undefined ? undefined : record.timeToFirstTokenMs / 1_000,
      },
    );
  },
);

type ModelCallRecord = Parameters<MetricsCollector['recordModelCall']>[0];

function partitionOf(record: Pick<ModelCallRecord, `${string}Tokens` & keyof ModelCallRecord>): PlainTokens {
  const input = record.inputTokens ?? 0;
  const cached = record.cachedInputTokens ?? 0;
  const written = record.cacheWriteTokens ?? 0;
  const output = record.outputTokens ?? 0;
  const reasoning = record.reasoningTokens ?? 0;
  return {
    // Parts that are more than the whole were reported beside it.
    input: input < cached + written ? input : input - cached - written,
    cached_input: cached,
    cache_write: written,
    output: output < reasoning ? output : output - reasoning,
    reasoning,
  };
}

function costOf({ input, cached_input, cache_write, output, reasoning }: PlainTokens): number {
  return (input * 3 + cached_input * 0.3 + cache_write * 3.75 + (output + reasoning) * 15) / 1e6;
}

const lookUp = stepOf(
  'look up',
  fc.record({ cache: fc.constantFrom('pages', 'embeddings', '__proto__', undefined), isHit: fc.boolean() }),
  (pair, { cache, isHit }) => pair.lookUp(cache, isHit),
);

const begin = stepOf(
  'begin',
  fc.record({ kind: fc.constantFrom('agent' as const, 'tool' as const), agent, tool, within }),
  (pair, { kind, agent, tool, within }) =>
    pair.begin(kind, kind === 'agent' ? agent : tool, pick(pair.running, within)),
);

const end = stepOf(
  'end',
  fc.record({ index: fc.nat(5), status, retries: fc.nat(2) }),
  async (pair, { index, status, retries }) => {
    const call = pick(pair.running, index);
    if (call !== undefined) await pair.end(call, status, retries);
  },
);

const advance = stepOf('advance', fc.nat(5_000), ({ app }, milliseconds) => app.clock.advance(milliseconds));
const turn = stepOf('recording is on:', fc.constantFrom(true, true, false), (pair, isOn) => pair.switch(isOn));
const reset = stepOf('reset', fc.constant(''), (pair) => pair.reset());
const compare = stepOf('compare', fc.constant(''), (pair) => pair.expectEqual());

const step = fc.oneof(
  { weight: 3, arbitrary: recordAgent },
  { weight: 3, arbitrary: recordTool },
  { weight: 3, arbitrary: recordModel },
  { weight: 2, arbitrary: lookUp },
  { weight: 8, arbitrary: begin },
  { weight: 6, arbitrary: end },
  { weight: 5, arbitrary: advance },
  { weight: 2, arbitrary: turn },
  { weight: 1, arbitrary: reset },
  { weight: 2, arbitrary: compare },
);

// Takes a few seconds, and more where other tests run beside it.
jest.setTimeout(60_000);

describe('Whatever happens', () => {
  it('JSON and Prometheus say the same, which is what the rules say', async () => {
    const maxSeries = fc.constantFrom(0, 1, 2, 3, 5, 2_000);
    const steps = fc.array(step, { minLength: 20, maxLength: 120, size: 'max' });
    await fc.assert(
      fc.asyncProperty(maxSeries, steps, async (maxSeries, steps) => {
        const pair = await PlainPair.start({ maxSeries, pricing: { priced: PRICE } });
        for (const { act } of steps) await act(pair);
        await pair.expectEqual();
        for (const call of [...pair.running]) await pair.end(call, 'success', 0);
        await pair.expectEqual();
        await pair.app.close();
      }),
      { numRuns: 40 },
    );
  });
});

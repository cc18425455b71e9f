import { MetricsModule, type MetricsCollector } from '../src';
import { TestApp } from './support/test-app';

const NAMES = 2_000;

/** How many turns of the event loop others get while something is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isDone = true;
  return turns;
}

/** Each reading of the time is a millisecond later: a slice is so many readings, however quick the machine is. */
function countTime(): void {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => (now += 1));
}

describe('Beside thousands of names', () => {
  let app: TestApp;
  let metrics: MetricsCollector;

  beforeAll(async () => {
    const options = { endpoint: { public: true }, maxSeries: 2 * NAMES, historySize: NAMES, defaultMetrics: false };
    app = await TestApp.start({ imports: [MetricsModule.forRoot(options)] });
    metrics = app.collector;
  });

  beforeEach(() => {
    metrics.reset();
  });

  afterEach(() => jest.restoreAllMocks());

  const recordTools = (agentOf: (index: number) => string | undefined) => {
    for (let index = 0; index < NAMES; index += 1) {
      const [agentId, toolName] = [agentOf(index), `tool ${index}`];
      metrics.recordToolExecution({ agentId, toolName, durationMs: 1, status: 'success' });
    }
  };

  it.each<[string, (index: number) => string | undefined]>([
    ['of many agents', (index) => `agent ${index % 50}`],
    ['of one agent', () => 'agent'],
    ['outside agents', () => undefined],
  ])('the JSON of tools %s lets others run', async (_where, agentOf) => {
    recordTools(agentOf);
    countTime();
    expect(await turnsDuring(() => metrics.exportMetrics('json'))).toBeGreaterThan(NAMES / 5);
  });

  it('the JSON of models lets others run', async () => {
    for (let index = 0; index < NAMES; index += 1) metrics.recordModelCall({ model: `m ${index}`, inputTokens: 1 });
    countTime();
    expect(await turnsDuring(() => metrics.exportMetrics('json'))).toBeGreaterThan(NAMES / 5);
  });

  it('the JSON says what was true when it was asked for', async () => {
    recordTools(() => 'agent');
    metrics.recordModelCall({ model: 'm', agentId: 'agent', inputTokens: 1 });
    metrics.recordCacheHit('pages');
    countTime();
    const text = metrics.exportMetrics('json');
    const late = setInterval(() => {
      recordTools(() => 'agent');
      metrics.recordModelCall({ model: 'm', agentId: 'agent', inputTokens: 1 });
      metrics.recordCacheHit('pages');
    });
    const document = JSON.parse(await text) as Record<string, Record<string, Record<string, unknown>>>;
    clearInterval(late);
    const counts = Object.values(document['tool_metrics']!).map((tool) => tool['execution_count']);
    expect(counts).toEqual(Array.from({ length: NAMES }, () => 1));
    expect(document['agent_metrics']!['agent']).toMatchObject({
      token_usage: { calls: 1, input_tokens: 1 },
      tool_metrics: { 'tool 1999': { execution_count: 1 } },
    });
    expect(document['model_metrics']).toMatchObject({ m: { execution_count: 1 } });
    expect(document['cache_metrics']).toMatchObject({ pages: { hits: 1 } });
    expect(metrics.getToolMetrics('tool 0')!.executionCount).toBeGreaterThan(1);
  });

  it('a small document is written in one turn', async () => {
    metrics.recordToolExecution({ toolName: 'tool', durationMs: 1, status: 'success' });
    expect(await turnsDuring(() => metrics.exportMetrics('json'))).toBe(0);
  });

  afterAll(() => app?.nest.close());
});

import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  METRICS_CLOCK,
  MetricsCollector,
  trackedAgent,
  trackedModel,
  trackedTool,
  TrackTool,
  type Clock,
} from 'nestjs-agent-metrics';
import {
  captureExecutions,
  expectAgent,
  expectTool,
  ManualClock,
  MetricsTestingModule,
  parseExposition,
  settled,
} from 'nestjs-agent-metrics/testing';
import { AppModule } from './app.module.js';
import { TravelAgent, WeatherTool } from './crew.js';

// #region module
let app: TestingModule;

beforeEach(async () => {
  app = await Test.createTestingModule({
    imports: [MetricsTestingModule.forRoot()],
    providers: [TravelAgent, WeatherTool],
  }).compile();
  await app.init();
});

afterEach(() => app.close());

it('looks up the weather once', async () => {
  await app.get(TravelAgent).plan('Paris');

  expectAgent(app, 'travel').toHaveRun({ times: 1, status: 'success' });
  expectAgent(app, 'travel').toHaveCalledTool('weather', { times: 1 });
  expectTool(app, 'weather').toHaveRun({ status: 'error', times: 0 });
});
// #endregion

// #region usage
it('stays within its budget', async () => {
  const ask = trackedModel(
    { model: 'gpt-4o', usage: () => ({ inputTokens: 900, outputTokens: 100, costUsd: 0.00325 }) },
    () => Promise.resolve('An answer.'),
  );
  await trackedAgent('writer', () => ask())();

  expectAgent(app, 'writer').toHaveUsedTokens({ max: 1_000 });
  expectAgent(app, 'writer').toHaveCost({ maxUsd: 0.01 });
});
// #endregion

// #region repeats
it('does not go in circles', async () => {
  const search = trackedTool('search', ({ query }: { query: string }) => Promise.resolve(`3 pages about ${query}`));
  await trackedAgent('writer', async () => [await search({ query: 'nest' }), await search({ query: 'metrics' })])();

  expectAgent(app, 'writer').toHaveMadeNoRepeatedCall();
});
// #endregion

// #region capture
it('looks up the weather before it answers', async () => {
  const { executions, result } = await captureExecutions(app, () => app.get(TravelAgent).plan('Paris'));

  expect(result).toBe('Go to Paris, it is sunny.');
  expect(executions).toMatchObject([
    { kind: 'tool', toolName: 'weather', agentId: 'travel' },
    { kind: 'agent', agentId: 'travel', status: 'success' },
  ]);
});
// #endregion

// #region settled
it('tidies up in the background', async () => {
  void trackedTool('tidy_up', () => setTimeout(5))();
  await settled(app);

  expectTool(app, 'tidy_up').toHaveRun({ times: 1 });
});
// #endregion

// #region exposition
it('is counted for Prometheus', async () => {
  await app.get(TravelAgent).plan('Paris');

  const scrape = parseExposition(await app.get(MetricsCollector).exportMetrics('prometheus'));
  expect(scrape.value('crew_agent_executions_total', { agent: 'travel', status: 'success' })).toBe(1);
});
// #endregion

// #region clock
@Injectable()
class SlowTool {
  @TrackTool({ name: 'slow', timeoutMs: 30_000 })
  query() {
    return new Promise(() => {});
  }
}

it('ends at the limit', async () => {
  const clock = new ManualClock();
  const app = await Test.createTestingModule({
    imports: [MetricsTestingModule.forRoot({ clock })],
    providers: [SlowTool],
  }).compile();
  await app.init();

  const call = expect(app.get(SlowTool).query()).rejects.toThrow('took longer than 30000 ms');
  clock.advance(30_000);
  await call;

  expectTool(app, 'slow').toHaveRun({ times: 1, status: 'timeout' });
  await app.close();
});
// #endregion

// #region whole-application
export function createTestModule(clock: Clock) {
  return Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(METRICS_CLOCK)
    .useValue(clock)
    .compile();
}
// #endregion

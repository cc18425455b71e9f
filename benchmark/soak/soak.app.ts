import { AsyncLocalStorage } from 'node:async_hooks';
import { Module } from '@nestjs/common';
import { ExecutionTracker, MetricsCollector, MetricsModule, type MetricsModuleOptions } from 'nestjs-agent-metrics';
import { httpGet } from '../harness/http-get';
import { listen } from '../subjects/listen';
import { useSdks } from './soak.sdks';
import { exceed, HASTY, LOOPING, SPENDER, useTools } from './soak.tools';

/** An application that is worked hard, every time under other names. */
export interface SoakApp {
  /** A request with tools of every kind and calls of SDKs; its names are new each time. */
  work(round: number): Promise<void>;
  /** Everything that has ended. */
  executions(): number;
  /** Without a slash at the end. */
  readonly url: string;
  /** Is in memory as long as the application is. */
  readonly witness: WeakRef<object>;
  close(): Promise<void>;
}

const tenants = new AsyncLocalStorage<string>();

/** So often a request is one of a tenant that has nothing left. */
const SPENDER_EVERY = 8;

/** Everything on, so far as it needs no other server. */
const optionsOf = (directory: string, onExecution: () => void): MetricsModuleOptions => ({
  processes: { application: 'soak', directory },
  breakdown: { by: 'tenant', value: () => tenants.getStore() },
  budgets: [
    { name: 'everything', by: 'application', costUsd: 1e9, window: '1m' },
    { name: 'tenants', by: 'breakdown', tokens: (tenant) => (tenant === SPENDER ? 1 : 1e12), window: '1h' },
    { name: 'agents', by: 'agent', costUsd: 1e3, tokens: 1e12, window: '1h', onExceeded: 'report' },
  ],
  pricing: () => ({ inputPerMillion: 2, outputPerMillion: 8 }),
  limits: { request: { costUsd: 1, toolCalls: 100 }, perAgent: { [LOOPING]: { toolCalls: 2 } } },
  timeouts: { agentMs: 60_000, toolMs: 60_000, sequenceMs: 60_000, perTool: { [HASTY]: 1 } },
  requestHistory: { recent: 200, slowest: 50, failed: 50 },
  maxSeries: 200,
  measurePayloads: true,
  measureRepeats: true,
  recordErrorMessages: true,
  onExecution,
});

async function useEverything(tracker: ExecutionTracker, round: number): Promise<void> {
  await useTools(tracker, round);
  await exceed(tracker, round);
  await useSdks(round);
}

export async function startSoakApp(directory: string): Promise<SoakApp> {
  let executions = 0;

  @Module({ imports: [MetricsModule.forRoot(optionsOf(directory, () => (executions += 1)))] })
  class AppModule {}

  const { app, url } = await listen(AppModule);
  const tracker = app.get(ExecutionTracker);
  const collector = app.get(MetricsCollector);
  return {
    async work(round) {
      const tenant = round % SPENDER_EVERY === 0 ? SPENDER : `tenant ${round}`;
      const request = () => tracker.trackAgent(`agent ${round}`, () => useEverything(tracker, round));
      // Without a budget its model calls fail, and so does the request.
      await tenants.run(tenant, request).catch((error: unknown) => {
        if (tenant !== SPENDER) throw error;
      });
      collector.recordToolExecution({ toolName: `recorded ${round}`, durationMs: 1, status: 'timeout' });
      collector.recordCacheHit(`cache ${round}`);
    },
    executions: () => executions,
    url,
    witness: new WeakRef(collector),
    close: () => app.close(),
  };
}

const ROUTES = [
  '?format=json',
  '?format=prometheus',
  '?format=openmetrics',
  '/trends',
  '/requests',
  '/history',
  '/running',
];

/** Every route in every format. @throws Error where one is not answered */
export async function scrape(url: string): Promise<void> {
  for (const route of ROUTES) {
    const { status } = await httpGet(`${url}/metrics${route}`);
    if (status !== 200) throw new Error(`${route} was answered with ${status}.`);
  }
}

import { Module } from '@nestjs/common';
import { ExecutionTracker, MetricsCollector, MetricsModule } from 'nestjs-agent-metrics';
import { needed } from '../harness/measure';
import type { Pair, SubjectFactory } from '../harness/subject';
import { listen } from './listen';

const REQUESTS = 100;
const STEPS = 100;

/** A route of the endpoint, what is accepted of it, and the name of a pair's agent and of its tool. */
interface Route {
  readonly path: string;
  readonly accept: string;
  readonly nameOf: (name: string, pair: Pair) => string;
}

const JSON_TYPE = 'application/json';
const asItIs = (name: string) => name;
/** As many agents and as many tools as there are pairs. */
const onceOnly = (name: string, { agent, tool }: Pair) => `${name} of ${agent} and ${tool}`;

const ROUTES: Readonly<Record<string, Route>> = {
  text: { path: '', accept: 'text/plain;version=0.0.4', nameOf: asItIs },
  json: { path: '', accept: JSON_TYPE, nameOf: asItIs },
  trends: { path: '/trends', accept: JSON_TYPE, nameOf: onceOnly },
  requests: { path: `/requests?limit=${REQUESTS}`, accept: JSON_TYPE, nameOf: asItIs },
};

/** So many requests as are kept, each with so many steps. */
async function runRequests(tracker: ExecutionTracker): Promise<void> {
  for (let request = 0; request < REQUESTS; request += 1) {
    await tracker.trackAgent(`agent-${request}`, async () => {
      for (let step = 0; step < STEPS; step += 1) await tracker.trackModel(`step-${step}`, async () => step);
    });
  }
}

/** One route of this library's endpoint, in an application that does nothing else. */
export const start: SubjectFactory = async ({ route: name = 'text' }) => {
  @Module({ imports: [MetricsModule.forRoot({ defaultMetrics: false, maxSeries: 100_000 })] })
  class AppModule {}

  const { path, accept, nameOf } = needed(ROUTES[name], `read ${name}`);
  const { app, url } = await listen(AppModule);
  const collector = app.get(MetricsCollector);
  if (name === 'requests') await runRequests(app.get(ExecutionTracker));
  return {
    record(pair, durationMs) {
      const agentId = nameOf(pair.agent, pair);
      const toolName = nameOf(pair.tool, pair);
      collector.recordToolExecution({ toolName, agentId, durationMs, status: 'success' });
      collector.recordAgentExecution({ agentId, durationMs, status: 'success' });
    },
    render: () => collector.exportMetrics('prometheus'),
    url: `${url}/metrics${path}`,
    accept,
    close: () => app.close(),
  };
};

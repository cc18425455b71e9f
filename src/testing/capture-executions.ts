import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EXECUTION_CHANNEL, type Execution, type MetricsCollector } from '../index';
import { collectorOf, type TestedApplication } from './tested-application';

/** What a function did. */
export interface CapturedExecutions<Result> {
  /** In the order in which they ended: a tool before the agent that called it. */
  readonly executions: readonly Execution[];
  /** What the function returned, awaited. */
  readonly result: Result;
}

/**
 * Runs `fn` and returns the executions of this application that finished meanwhile, with its result. Unlike the
 * history it forgets none, whatever `historySize` is. It rethrows what `fn` throws, so put expectations of failures
 * inside. To include background work, await `settled(app)` inside.
 *
 * @throws Error where the application collects no metrics
 *
 * @example
 * const { executions, result } = await captureExecutions(app, () => app.get(ResearcherAgent).run('nest'));
 * expect(executions.map(({ toolName }) => toolName)).toEqual(['search', undefined]);
 */
export async function captureExecutions<Result>(
  app: TestedApplication,
  fn: () => Result,
): Promise<CapturedExecutions<Awaited<Result>>> {
  const ownIds = `${await instanceId(collectorOf(app))}-`;
  const executions: Execution[] = [];
  const capture = (execution: unknown) => {
    // The channel is the process's; ids begin with the application's instance.
    if ((execution as Execution).id.startsWith(ownIds)) executions.push(execution as Execution);
  };
  subscribe(EXECUTION_CHANNEL, capture);
  try {
    return { result: await fn(), executions };
  } finally {
    unsubscribe(EXECUTION_CHANNEL, capture);
  }
}

async function instanceId(collector: MetricsCollector): Promise<string> {
  const { instance } = JSON.parse(await collector.exportMetrics('json')) as { instance: { id: string } };
  return instance.id;
}

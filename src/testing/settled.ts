import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { EXECUTION_CHANNEL, type MetricsCollector, type RunningExecution } from '../index';
import { MetricsAssertionError } from './metrics-assertion.error';
import { collectorOf, type TestedApplication } from './tested-application';

/** How long to wait. */
export interface SettledOptions {
  /** In milliseconds of the real clock: less than the limits that test runners have. @default 3000 */
  readonly timeoutMs?: number;
}

/**
 * Resolves when nothing is in progress: no agent, no tool, no model call. Use it for work after an answer, such as an
 * event's handler, an unawaited stream, or work that `defer` or `until` keeps open. It checks again a turn of the
 * event loop after each execution, so it also waits for the next execution of a chain.
 *
 * @throws Error where the application collects no metrics
 * @throws (as a rejection) MetricsAssertionError that says what is still in progress after `timeoutMs`
 *
 * @example
 * events.emit('question', 'What is Nest?');
 * await settled(app);
 * expectAgent(app, 'researcher').toHaveRun({ times: 1 });
 */
export async function settled(app: TestedApplication, { timeoutMs = 3_000 }: SettledOptions = {}): Promise<void> {
  const collector = collectorOf(app);
  let lookAgain = () => {};
  let isLate = false;
  const onEnd = () => lookAgain();
  const timer = setTimeout(() => {
    isLate = true;
    lookAgain();
  }, timeoutMs);
  subscribe(EXECUTION_CHANNEL, onEnd);
  try {
    await setImmediate();
    while (collector.getRunning().length > 0) {
      if (isLate) throw stillRunning(collector, timeoutMs);
      await new Promise<void>((resolve) => (lookAgain = resolve));
      await setImmediate();
    }
  } finally {
    clearTimeout(timer);
    unsubscribe(EXECUTION_CHANNEL, onEnd);
  }
}

function stillRunning(collector: MetricsCollector, timeoutMs: number): MetricsAssertionError {
  const running = collector.getRunning().map((execution) => `- ${describe(execution)}`);
  return new MetricsAssertionError([
    `Expected nothing to be in progress after ${timeoutMs} ms, but this is:`,
    ...running,
  ]);
}

function describe({ kind, agentId, toolName, model, ageSeconds }: RunningExecution): string {
  const name = toolName ?? model ?? agentId;
  const caller = kind === 'agent' || agentId === undefined ? '' : ` of the agent ${JSON.stringify(agentId)}`;
  return `the ${kind} ${JSON.stringify(name)}${caller}, for ${Number(ageSeconds.toFixed(1))} s`;
}

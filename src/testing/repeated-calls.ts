import type { MetricsCollector } from '../index';
import { timesText } from './execution-counts';

/**
 * How many calls of each tool the agent has repeated.
 *
 * @throws Error where the application does not look for them
 */
export function repeatedCallsOf(collector: MetricsCollector, agentId: string): ReadonlyMap<string, number> {
  const repeated = collector.getRepeatedCalls(agentId);
  if (repeated !== undefined) return repeated;
  throw new Error(
    'The application under test does not count repeated calls: set the option "measureRepeats", and leave "asyncContext" on.',
  );
}

/** A message is to be read at a glance, whatever names a model has invented. */
const LISTED = 10;

/** `It repeated calls of "search" 2 times, "fetch" once.` */
export function repeatsSeen(repeated: ReadonlyMap<string, number>): string {
  const texts = [...repeated].map(([tool, times]) => `${JSON.stringify(tool)} ${timesText(times)}`);
  const more = texts.length > LISTED ? [`and ${texts.length - LISTED} more`] : [];
  return `It repeated calls of ${[...texts.slice(0, LISTED), ...more].join(', ')}.`;
}

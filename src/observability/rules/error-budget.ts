import { errorBudget } from '../settings';
import { AGENT, type Subject } from '../subject';
import { secondsOf, type BurnRate } from '../timing';
import type { RuleContext } from './rule-context';
import type { AlertingRule, RecordingRule } from './rule-file';

/**
 * The highest threshold of an error ratio. With an objective of 90 % the budget would have to burn at a ratio of 1.44 to
 * burn 14.4 times too fast, and not even a total failure could fire.
 */
const HIGHEST_THRESHOLD = 0.9;

/** Rates and failure ratios of all windows that the alerts below and the dashboard look at. */
export function recordErrorRatios({ series, timing }: RuleContext, subject: Subject): RecordingRule[] {
  const burnRates = [...timing.fastBurn, ...timing.slowBurn];
  const windows = new Set([timing.window, ...burnRates.flatMap(({ long, short }) => [short, long])]);
  const ascending = [...windows].sort((a, b) => secondsOf(a) - secondsOf(b));
  return ascending.flatMap((window) => [
    series.recordRate(subject, window),
    series.recordFailureRatio(subject, window),
  ]);
}

/** Two alerts of one name, which differ in severity. */
export function errorBudgetAlerts(context: RuleContext, subject: Subject, slo: number): AlertingRule[] {
  const { fastBurn, slowBurn } = context.timing;
  const word = subject === AGENT ? 'Agent' : 'Tool';
  const alert = (severity: 'critical' | 'warning', burnRates: readonly BurnRate[]) =>
    context.alert(`${word}ErrorBudgetBurn`, {
      severity,
      expr: burnRates.map((burnRate) => burns(context, subject, slo, burnRate)).join('\nor\n'),
      summary: `${word} {{ $labels.${subject.level} }} fails too often`,
      description:
        `{{ $value | humanizePercentage }} of its executions failed within ${either(burnRates)}; ` +
        `the objective allows ${round(errorBudget(slo) * 100)} % in the long run.`,
      hold: false,
    });
  return [alert('critical', fastBurn), alert('warning', slowBurn)];
}

function burns(context: RuleContext, subject: Subject, slo: number, { long, short, factor }: BurnRate): string {
  const threshold = round(Math.min(factor * errorBudget(slo), HIGHEST_THRESHOLD));
  const ratio = (window: string) => `${context.series.failureRatio(subject, window)} > ${threshold}`;
  return `(\n  ${ratio(long)}\n  and ${ratio(short)}\n  and ${context.enoughExecutions(subject, long)}\n)`;
}

function either(burnRates: readonly BurnRate[]): string {
  return burnRates.map(({ long }) => long).join(' or ');
}

/** Without the last digits of floating-point arithmetic. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}

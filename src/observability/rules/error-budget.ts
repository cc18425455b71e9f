import { errorBudget } from '../settings';
import { AGENT, type Subject } from '../subject';
import { secondsOf, type BurnRate } from '../timing';
import { PERCENTAGE, percent } from './figures';
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

/** Two alerts of one name, which differ in severity. Their value is the ratio of the short window: how bad it is now. */
export function errorBudgetAlerts(context: RuleContext, subject: Subject, slo: number): AlertingRule[] {
  const { fastBurn, slowBurn } = context.timing;
  const word = subject === AGENT ? 'Agent' : 'Tool';
  const budget = percent(errorBudget(slo));
  const alert = (severity: 'critical' | 'warning', burnRates: readonly BurnRate[]) =>
    context.alert(`${word}ErrorBudgetBurn`, {
      severity,
      expr: burnRates.map((burnRate) => burns(context, subject, slo, burnRate)).join('\nor\n'),
      summary: `${word} {{ $labels.${subject.level} }}: ${PERCENTAGE} failing (budget ${budget})`,
      description:
        `${PERCENTAGE} of its executions failed within ${either(burnRates)}; the objective allows ${budget} in the ` +
        `long run. Look first at its errors by type: "Errors of ${word.toLowerCase()}s" in Grafana.`,
      hold: false,
    });
  return [alert('critical', fastBurn), alert('warning', slowBurn)];
}

function burns(context: RuleContext, subject: Subject, slo: number, { long, short, factor }: BurnRate): string {
  const threshold = round(Math.min(factor * errorBudget(slo), HIGHEST_THRESHOLD));
  const ratio = (window: string) => `${context.series.failureRatio(subject, window)} > ${threshold}`;
  return `(\n  ${ratio(short)}\n  and ${ratio(long)}\n  and ${context.enoughExecutions(subject, long)}\n)`;
}

function either(burnRates: readonly BurnRate[]): string {
  return burnRates.map(({ short }) => short).join(' or ');
}

/** Without the last digits of floating-point arithmetic. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}

import { by, MODEL, TURNED_AWAY } from '../subject';
import { grew } from './counter-growth';
import { COUNT, PERCENTAGE, percent } from './figures';
import type { RuleContext } from './rule-context';
import type { AlertingRule, RuleGroup } from './rule-file';

const DOLLARS = '{{ $value | printf "%.2f" }}';

export function modelRules(context: RuleContext): RuleGroup {
  const { settings, timing, series } = context;
  return {
    name: `${settings.prefix}_models`,
    rules: [
      series.recordRate(MODEL, timing.window),
      series.recordFailureRatio(MODEL, timing.window),
      series.recordP95(MODEL, timing.window),
      ...series.recordCosts(),
      failures(context),
      rateLimited(context),
      unpriced(context),
      usageMissing(context),
      overBudget(context),
      budgetNearlySpent(context),
      budgetExceeded(context),
    ],
  };
}

function failures(context: RuleContext): AlertingRule {
  const { settings, timing, series } = context;
  return context.alert('ModelProviderErrors', {
    severity: 'warning',
    expr: [
      `${series.failureRatio(MODEL, timing.window)} > ${settings.modelErrorRatio}`,
      `and ${context.enoughExecutions(MODEL, timing.window)}`,
    ].join('\n'),
    summary: `{{ $labels.model }}: ${PERCENTAGE} of calls failing (limit ${percent(settings.modelErrorRatio)})`,
    description:
      `${PERCENTAGE} of the calls within ${timing.window} failed (provider: {{ $labels.provider }}). ` +
      "Look first at the provider's status page, then at the types of the errors.",
  });
}

function rateLimited(context: RuleContext): AlertingRule {
  const { settings, timing, series } = context;
  const turnedAway = `${context.metric('model_errors_total')}{${TURNED_AWAY}}`;
  return context.alert('ModelRateLimited', {
    severity: 'warning',
    expr: [
      `sum ${by(...MODEL.labels)} (rate(${turnedAway}[${timing.window}]))`,
      `/ (${series.rate(MODEL, timing.window)} > 0)`,
      `> ${settings.modelRateLimitRatio}`,
      `and ${context.enoughExecutions(MODEL, timing.window)}`,
    ].join('\n'),
    summary: `{{ $labels.model }}: ${PERCENTAGE} of calls rate-limited (limit ${percent(settings.modelRateLimitRatio)})`,
    description:
      `The provider turned away ${PERCENTAGE} of the calls within ${timing.window} with 429 or 529 ` +
      '(provider: {{ $labels.provider }}). Look first at which agents call it, and how many calls run at once.',
  });
}

function unpriced(context: RuleContext): AlertingRule {
  return context.alert('ModelCallsUnpriced', {
    severity: 'warning',
    expr: grew(context.metric('model_unpriced_calls_total'), by('model')),
    summary: '{{ $labels.model }} has no price: cost is incomplete',
    description:
      `${COUNT} of its calls of the last hour are missing in the cost. ` +
      'Look first at the option "pricing": it has no entry for this name.',
    hold: false,
  });
}

/** What fails has no tokens to report: calls that did not succeed are left out, as far as they are without usage. */
function usageMissing(context: RuleContext): AlertingRule {
  const { settings, timing, series } = context;
  const rateOf = (counter: string) => `sum ${by(...MODEL.labels)} (rate(${counter}[${timing.window}]))`;
  return context.alert('ModelUsageMissing', {
    severity: 'warning',
    expr: [
      '(',
      `  ${rateOf(context.metric('model_calls_without_usage_total'))}`,
      `  - ${rateOf(`${context.metric('model_calls_total')}{status!="success"}`)}`,
      ')',
      `/ (${series.rate(MODEL, timing.window)} > 0)`,
      `> ${settings.modelNoUsageRatio}`,
      `and ${context.enoughExecutions(MODEL, timing.window)}`,
    ].join('\n'),
    summary: `{{ $labels.model }}: ${PERCENTAGE} of calls report no tokens: cost is incomplete`,
    description:
      `${PERCENTAGE} of the calls within ${timing.window} succeeded without any report of tokens: they are missing in ` +
      'tokens and cost. Look first at streams: many providers report usage of a stream only when asked.',
  });
}

function overBudget(context: RuleContext): AlertingRule {
  const { hourlyBudgetUsd } = context.settings;
  return context.alert('ModelCostOverBudget', {
    severity: 'warning',
    expr: `${context.series.cost} > ${hourlyBudgetUsd}`,
    summary: `Models of {{ $labels.job }} cost $${DOLLARS} in 1 h (budget $${hourlyBudgetUsd})`,
    description:
      `$${DOLLARS} within the last hour, the budget is $${hourlyBudgetUsd}. ` +
      'Look first at which agent and model spend it: "Cost by agent" in Grafana.',
    hold: false,
  });
}

/** Of processes without a common store, each has the budget for itself: the one that has spent most. */
function budgetNearlySpent(context: RuleContext): AlertingRule {
  const { budgetRatio } = context.settings;
  return context.alert('BudgetNearlySpent', {
    severity: 'warning',
    expr: `max ${by('budget')} (${context.metric('budget_spent_ratio')}) > ${budgetRatio}`,
    summary: `Budget {{ $labels.budget }}: ${PERCENTAGE} spent`,
    description:
      `${PERCENTAGE} of it is spent in its present window. At 100 % its model calls are refused, or reported. ` +
      'Look first at when it starts again: "resets_at" under "budgets" of GET /metrics.',
  });
}

function budgetExceeded(context: RuleContext): AlertingRule {
  return context.alert('BudgetExceeded', {
    severity: 'warning',
    expr: grew(context.metric('budget_exceeded_total'), by('budget')),
    summary: `Budget {{ $labels.budget }} exceeded (model calls in 1 h: ${COUNT})`,
    description:
      'So many model calls of the last hour were refused, or went on though the budget had no room for them. ' +
      'Look first at whose budget it is: "budgets" of GET /metrics lists those nearest to their limit.',
    hold: false,
  });
}

import { by, MODEL, TURNED_AWAY } from '../subject';
import { grew } from './counter-growth';
import type { RuleContext } from './rule-context';
import type { AlertingRule, RuleGroup } from './rule-file';

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
    summary: 'Calls of {{ $labels.model }} fail',
    description: `{{ $value | humanizePercentage }} of the calls within ${timing.window} failed (provider: {{ $labels.provider }}).`,
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
    summary: 'Calls of {{ $labels.model }} are turned away',
    description:
      `{{ $value | humanizePercentage }} of the calls within ${timing.window} were too many for the provider ` +
      '(provider: {{ $labels.provider }}).',
  });
}

function unpriced(context: RuleContext): AlertingRule {
  return context.alert('ModelCallsUnpriced', {
    severity: 'warning',
    expr: grew(context.metric('model_unpriced_calls_total'), by('model')),
    summary: 'Nobody knows what {{ $labels.model }} costs',
    description: 'Its calls of the last hour are missing in the cost: the option "pricing" has no price for it.',
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
    summary: 'Nobody knows what {{ $labels.model }} uses',
    description:
      `{{ $value | humanizePercentage }} of the calls within ${timing.window} succeeded without any report of tokens: ` +
      'they are missing in tokens and cost.',
  });
}

function overBudget(context: RuleContext): AlertingRule {
  const { hourlyBudgetUsd } = context.settings;
  return context.alert('ModelCostOverBudget', {
    severity: 'warning',
    expr: `${context.series.cost} > ${hourlyBudgetUsd}`,
    summary: 'The models of {{ $labels.job }} cost too much',
    description: `{{ $value | printf "%.2f" }} US dollars within the last hour, the budget is ${hourlyBudgetUsd}.`,
    hold: false,
  });
}

/** Of processes without a common store, each has the budget for itself: the one that has spent most. */
function budgetNearlySpent(context: RuleContext): AlertingRule {
  const { budgetRatio } = context.settings;
  return context.alert('BudgetNearlySpent', {
    severity: 'warning',
    expr: `max ${by('budget')} (${context.metric('budget_spent_ratio')}) > ${budgetRatio}`,
    summary: 'The budget {{ $labels.budget }} is nearly spent',
    description: '{{ $value | humanizePercentage }} of it are spent in its present window.',
  });
}

function budgetExceeded(context: RuleContext): AlertingRule {
  return context.alert('BudgetExceeded', {
    severity: 'warning',
    expr: grew(context.metric('budget_exceeded_total'), by('budget')),
    summary: 'The budget {{ $labels.budget }} has no room left for model calls',
    description: 'Model calls of the last hour were refused, or went on though nothing was left for them.',
    hold: false,
  });
}

import { by, MODEL } from '../subject';
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
      unpriced(context),
      overBudget(context),
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

function unpriced(context: RuleContext): AlertingRule {
  return context.alert('ModelCallsUnpriced', {
    severity: 'warning',
    expr: grew(context.metric('model_unpriced_calls_total'), by('model')),
    summary: 'Nobody knows what {{ $labels.model }} costs',
    description: 'Its calls of the last hour are missing in the cost: the option "pricing" has no price for it.',
    hold: false,
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

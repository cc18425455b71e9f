import { AGENT, by } from '../subject';
import { errorBudgetAlerts, recordErrorRatios } from './error-budget';
import type { RuleContext } from './rule-context';
import type { AlertingRule, RuleGroup } from './rule-file';

export function agentRules(context: RuleContext): RuleGroup {
  const { settings, timing, series } = context;
  return {
    name: `${settings.prefix}_agents`,
    rules: [
      ...recordErrorRatios(context, AGENT),
      series.recordP95(AGENT, timing.window),
      ...errorBudgetAlerts(context, AGENT, settings.agentSlo),
      slow(context),
      stuck(context),
      loops(context),
    ],
  };
}

function slow(context: RuleContext): AlertingRule {
  const { agentP95Seconds } = context.settings;
  return context.alert('AgentSlow', {
    severity: 'warning',
    expr: context.isSlow(AGENT, agentP95Seconds),
    summary: 'Agent {{ $labels.agent }} is slow',
    description: `95 % of its executions take up to {{ $value | humanizeDuration }}, the target is ${agentP95Seconds}s.`,
  });
}

/** Of one process, so that the alert says which. */
function stuck(context: RuleContext): AlertingRule {
  return context.alert('AgentStuck', {
    severity: 'warning',
    expr: `${context.metric('agent_oldest_in_progress_seconds')} > ${context.settings.stuckSeconds}`,
    summary: 'Agent {{ $labels.agent }} hangs on {{ $labels.instance }}',
    description: 'An execution has been running for {{ $value | humanizeDuration }}.',
    hold: false,
  });
}

/** Without the option `measureRepeats` there is nothing to compare, and no alert. */
function loops(context: RuleContext): AlertingRule {
  const { settings, timing } = context;
  const rateOf = (counter: string) => `sum ${by('agent')} (rate(${context.metric(counter)}[${timing.window}]))`;
  const calls = rateOf('tool_executions_total');
  return context.alert('AgentLoops', {
    severity: 'warning',
    expr: [
      rateOf('tool_repeated_calls_total'),
      `/ (${calls} > 0)`,
      `> ${settings.agentRepeatRatio}`,
      `and ${context.enough(calls, timing.window)}`,
    ].join('\n'),
    summary: 'Agent {{ $labels.agent }} goes in circles',
    description:
      `{{ $value | humanizePercentage }} of its tool calls within ${timing.window} were made before by the same execution, ` +
      'with equal arguments.',
  });
}

import { AGENT } from '../subject';
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

import { AGENT, by } from '../subject';
import { errorBudgetAlerts, recordErrorRatios } from './error-budget';
import { DURATION, PERCENTAGE, percent } from './figures';
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
    summary: `Agent {{ $labels.agent }} is slow: p95 ${DURATION} (target ${agentP95Seconds}s)`,
    description:
      `95 % of its executions take up to ${DURATION}, the target is ${agentP95Seconds}s. ` +
      'Look first at the durations of its tools and models: the slow one sets the pace.',
  });
}

/** Of one process, so that the alert says which. */
function stuck(context: RuleContext): AlertingRule {
  return context.alert('AgentStuck', {
    severity: 'warning',
    expr: `${context.metric('agent_oldest_in_progress_seconds')} > ${context.settings.stuckSeconds}`,
    summary: `Agent {{ $labels.agent }} hangs on {{ $labels.instance }}: running for ${DURATION}`,
    description:
      `An execution has been running for ${DURATION}. ` +
      'Look first at GET /metrics/running of that process: it says which tool or model the agent waits for.',
    hold: false,
  });
}

/** Without the option `measureRepeats` there is nothing to compare, and no alert. */
function loops(context: RuleContext): AlertingRule {
  const { settings, timing } = context;
  const rateOf = (counter: string) => `sum ${by('agent')} (rate(${context.metric(counter)}[${timing.window}]))`;
  const calls = rateOf('tool_executions_total');
  const limit = percent(settings.agentRepeatRatio);
  return context.alert('AgentLoops', {
    severity: 'warning',
    expr: [
      rateOf('tool_repeated_calls_total'),
      `/ (${calls} > 0)`,
      `> ${settings.agentRepeatRatio}`,
      `and ${context.enough(calls, timing.window)}`,
    ].join('\n'),
    summary: `Agent {{ $labels.agent }} loops: ${PERCENTAGE} of tool calls repeated (limit ${limit})`,
    description:
      `${PERCENTAGE} of its tool calls within ${timing.window} were made before by the same execution, with equal ` +
      'arguments. Look first at what the repeated tool answers: errors and empty results are asked for again.',
  });
}

import { by, TOOL } from '../subject';
import { errorBudgetAlerts, recordErrorRatios } from './error-budget';
import { DURATION, PERCENTAGE, percent } from './figures';
import type { RuleContext } from './rule-context';
import type { AlertingRule, RuleGroup } from './rule-file';

export function toolRules(context: RuleContext): RuleGroup {
  const { settings, timing, series } = context;
  return {
    name: `${settings.prefix}_tools`,
    rules: [
      ...recordErrorRatios(context, TOOL),
      series.recordP95(TOOL, timing.window),
      ...errorBudgetAlerts(context, TOOL, settings.toolSlo),
      timeouts(context),
      slow(context),
    ],
  };
}

function timeouts(context: RuleContext): AlertingRule {
  const { settings, timing, series } = context;
  const timedOut = `${context.metric('tool_executions_total')}{status="timeout"}`;
  return context.alert('ToolTimeouts', {
    severity: 'warning',
    expr: [
      `sum ${by(...TOOL.labels)} (rate(${timedOut}[${timing.window}]))`,
      `/ (${series.rate(TOOL, timing.window)} > 0)`,
      `> ${settings.toolTimeoutRatio}`,
      `and ${context.enoughExecutions(TOOL, timing.window)}`,
    ].join('\n'),
    summary: `Tool {{ $labels.tool }}: ${PERCENTAGE} timing out (limit ${percent(settings.toolTimeoutRatio)})`,
    description:
      `${PERCENTAGE} of its executions within ${timing.window} reached their time limit. ` +
      'Look first at how long it takes when it succeeds: if that is close to the limit, the limit is too low.',
  });
}

function slow(context: RuleContext): AlertingRule {
  const { toolP95Seconds } = context.settings;
  return context.alert('ToolSlow', {
    severity: 'warning',
    expr: context.isSlow(TOOL, toolP95Seconds),
    summary: `Tool {{ $labels.tool }} is slow: p95 ${DURATION} (target ${toolP95Seconds}s)`,
    description:
      `95 % of its executions take up to ${DURATION}, the target is ${toolP95Seconds}s. ` +
      'Look first at what the tool calls, then at its retries.',
  });
}

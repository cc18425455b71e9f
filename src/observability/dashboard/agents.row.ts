import { errorBudget } from '../settings';
import { AGENT } from '../subject';
import type { DashboardQueries } from './dashboard-queries';
import { ratePanels, type RowBuilder } from './dashboard-row';

export const agentsRow: RowBuilder = (queries, { agentSlo, agentP95Seconds, agentRepeatRatio, stuckSeconds }) => ({
  title: 'Agents',
  panels: [
    ...ratePanels(queries, AGENT, {
      what: 'Executions',
      whose: 'agents',
      failuresRedFrom: errorBudget(agentSlo),
      p95RedFrom: agentP95Seconds,
    }),
    {
      title: 'Agents in progress',
      description: 'Executions that run now, over all processes.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: `sum by (agent) (${queries.select('agent_executions_in_progress')})`, legend: '{{agent}}' }],
    },
    {
      title: 'Oldest execution in progress',
      description: 'Age of the execution that has been running longest. A line that climbs is an agent that hangs.',
      type: 'timeseries',
      unit: 's',
      redFrom: stuckSeconds,
      queries: [
        { expr: `max by (agent) (${queries.select('agent_oldest_in_progress_seconds')})`, legend: '{{agent}}' },
      ],
    },
    {
      title: 'Time to the first chunk (95 %)',
      description:
        '95 % of the executions that stream have their first chunk within this time. Empty where none streams.',
      type: 'timeseries',
      unit: 's',
      queries: [
        {
          expr: queries.quantile(0.95, 'agent_time_to_first_chunk_seconds', ['agent']),
          legend: '{{agent}}',
          exemplar: true,
        },
      ],
    },
    {
      title: 'Retries of agents',
      description: 'Attempts within agent executions that were retried, a second.',
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate('agent_retries_total', ['agent']), legend: '{{agent}}' }],
    },
    {
      title: 'Tool calls of an execution (95 %)',
      description: '95 % of executions call no more tools. An agent that goes in circles calls ever more.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: queries.quantile(0.95, 'agent_tool_calls', ['agent']), legend: '{{agent}}', exemplar: true }],
    },
    {
      title: 'Model calls of an execution (95 %)',
      description: '95 % of executions call models no more often.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: queries.quantile(0.95, 'agent_model_calls', ['agent']), legend: '{{agent}}', exemplar: true }],
    },
    {
      title: 'Tool calls that are repeated',
      description:
        'Share of the tool calls of an agent that the same execution had made before. ' +
        'Empty without the option "measureRepeats".',
      type: 'timeseries',
      unit: 'percentunit',
      redFrom: agentRepeatRatio,
      queries: [{ expr: shareOfRepeats(queries), legend: '{{agent}}' }],
    },
    {
      title: 'Runs that reach a limit',
      description:
        'Executions and requests a second that have reached a limit, by agent and limit. Empty without the option "limits".',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: queries.rate('limits_exceeded_total', ['agent', 'limit']), legend: '{{agent}} {{limit}}' }],
    },
    {
      title: 'Waiting for a human',
      description: 'Executions that are paused now, over all processes.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: `sum by (agent) (${queries.select('agent_executions_paused')})`, legend: '{{agent}}' }],
    },
    {
      title: 'Time until a human answers (95 %)',
      description: '95 % of the executions that pause wait no longer. Empty where none pauses.',
      type: 'timeseries',
      unit: 's',
      queries: [
        { expr: queries.quantile(0.95, 'agent_paused_seconds', ['agent']), legend: '{{agent}}', exemplar: true },
      ],
    },
    {
      title: 'Errors of agents',
      description: 'What failed within the time shown, by class name or code of the error.',
      type: 'table',
      unit: 'short',
      width: 16,
      queries: [{ expr: queries.growth('agent_errors_total', ['agent', 'error_type']), legend: '' }],
    },
  ],
});

/** No value where no tool ran. */
function shareOfRepeats(queries: DashboardQueries): string {
  const rateOf = (counter: string) => queries.rate(counter, ['agent']);
  return `${rateOf('tool_repeated_calls_total')} / (${rateOf('tool_executions_total')} > 0)`;
}

import { errorBudget } from '../settings';
import { TOOL } from '../subject';
import { ratePanels, type RowBuilder } from './dashboard-row';

export const toolsRow: RowBuilder = (queries, { toolSlo, toolP95Seconds }) => ({
  title: 'Tools',
  panels: [
    ...ratePanels(queries, TOOL, {
      what: 'Calls',
      whose: 'tools',
      failuresRedFrom: errorBudget(toolSlo),
      p95RedFrom: toolP95Seconds,
    }),
    {
      title: 'Timeouts',
      description: 'Calls a second that reached their limit, or found the budget of their agent used up.',
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate('tool_executions_total', ['tool'], 'status="timeout"'), legend: '{{tool}}' }],
    },
    {
      title: 'Tools in progress',
      description: 'Calls that run now, over all processes.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: `sum by (tool) (${queries.select('tool_executions_in_progress')})`, legend: '{{tool}}' }],
    },
    {
      title: 'Retries of tools',
      description: 'Attempts within calls that were retried, a second.',
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate('tool_retries_total', ['tool']), legend: '{{tool}}' }],
    },
    {
      title: 'Input and output',
      description: 'Bytes a second that go into tools and come out of them. 0 without the option "measurePayloads".',
      type: 'timeseries',
      unit: 'binBps',
      queries: [
        { expr: queries.rate('tool_input_bytes_total', ['tool']), legend: '{{tool}} in' },
        { expr: queries.rate('tool_output_bytes_total', ['tool']), legend: '{{tool}} out' },
      ],
    },
    {
      title: 'Errors of tools',
      description: 'What failed within the time shown, by class name or code of the error.',
      type: 'table',
      unit: 'short',
      width: 16,
      queries: [{ expr: queries.growth('tool_errors_total', ['agent', 'tool', 'error_type']), legend: '' }],
    },
  ],
});

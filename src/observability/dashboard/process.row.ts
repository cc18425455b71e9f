import type { RowBuilder } from './dashboard-row';

/** Where several processes answer together each is a worker. */
const legend = '{{instance}} {{worker}}';

export const processRow: RowBuilder = (queries, { eventLoopLagSeconds, memoryLimitMib }) => ({
  title: 'Processes',
  panels: [
    {
      title: 'Memory',
      description: 'Resident memory of each process, and the highest that it has had.',
      type: 'timeseries',
      unit: 'bytes',
      redFrom: memoryLimitMib * 2 ** 20,
      queries: [
        { expr: queries.select('memory_usage_bytes'), legend },
        { expr: queries.select('memory_usage_max_bytes'), legend: `${legend} highest` },
      ],
    },
    {
      title: 'Event loop lag (99 %)',
      description: 'How late timers fire. Work that blocks the event loop delays everything in its process.',
      type: 'timeseries',
      unit: 's',
      redFrom: eventLoopLagSeconds,
      queries: [{ expr: queries.process('nodejs_eventloop_lag_p99_seconds'), legend }],
    },
    {
      title: 'CPU',
      description: 'Cores in use by each process. 1 is all that JavaScript can have.',
      type: 'timeseries',
      unit: 'percentunit',
      queries: [{ expr: `rate(${queries.process('process_cpu_seconds_total')}[$__rate_interval])`, legend }],
    },
    {
      title: 'Scraped',
      description:
        '1 where the last scrape succeeded, 0 where it failed. Where several processes answer together: how many have, and how many hang.',
      type: 'timeseries',
      unit: 'short',
      queries: [
        { expr: queries.process('up'), legend: '{{instance}}' },
        { expr: queries.select('workers'), legend: '{{instance}} workers {{state}}' },
      ],
    },
    {
      title: 'Counting since',
      description: 'When each process, or its last reset, began to count.',
      type: 'stat',
      unit: 'dateTimeAsIso',
      queries: [{ expr: `${queries.select('start_time_seconds')} * 1000`, legend }],
    },
    {
      title: 'Counted under __other__',
      description:
        'Executions a second that have no series of their own, because "maxSeries" is reached. Empty is good.',
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate('dropped_series_total', ['family']), legend: '{{family}}' }],
    },
  ],
});

import type { ObservabilitySettings } from '../settings';
import type { Subject } from '../subject';
import { legendOf, type DashboardQueries } from './dashboard-queries';
import type { PanelDescription } from './panel';

export interface DashboardRow {
  readonly title: string;
  readonly panels: readonly PanelDescription[];
}

/** @returns undefined for a row that is not asked for */
export type RowBuilder = (queries: DashboardQueries, settings: ObservabilitySettings) => DashboardRow | undefined;

interface SubjectTexts {
  /** What happens: executions, calls. */
  readonly what: string;
  /** In the plural. */
  readonly whose: string;
  readonly failuresRedFrom?: number;
  readonly p95RedFrom?: number;
}

/** Rate, errors and duration: the three questions that one asks about everything. */
export function ratePanels(queries: DashboardQueries, subject: Subject, texts: SubjectTexts): PanelDescription[] {
  const { executions, durations, labels } = subject;
  const { what, whose, failuresRedFrom, p95RedFrom } = texts;
  const legend = legendOf(labels);
  return [
    {
      title: `${what} a second`,
      description: `How much ${whose} do, whatever the outcome.`,
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate(executions, labels), legend }],
    },
    {
      title: `Failed ${what.toLowerCase()}`,
      description: 'Share that ended with an error or a timeout. Cancelled ones are no failures.',
      type: 'timeseries',
      unit: 'percentunit',
      redFrom: failuresRedFrom,
      queries: [{ expr: queries.failureRatio(subject), legend }],
    },
    {
      title: `Duration of ${what.toLowerCase()} (95 %)`,
      description: `95 % are done within this time. The points on it lead to traces, where ${whose} are traced.`,
      type: 'timeseries',
      unit: 's',
      redFrom: p95RedFrom,
      queries: [{ expr: queries.quantile(0.95, durations, labels), legend, exemplar: true }],
    },
  ];
}

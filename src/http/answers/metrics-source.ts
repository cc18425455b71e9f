import type { Execution, RunningExecution } from '../../collection/executions/execution';
import type { HistoryFilter } from '../../collection/executions/execution-history';
import type { ExportFormat } from '../../collection/export-format';
import type { MetricsCollector } from '../../collection/metrics-collector';
import type { TrendsReading } from '../../collection/reading/trends.reader';
import type { TrendsOptions } from '../../collection/reading/trend-window';
import type { WriteSteps } from '../../export/json/json-slices';
import type { Fleet } from '../fleet/fleet';
import type { LongAnswers } from './long-answers';
import type { MachineAnswers } from './machine-answers';

/** What the answers are made from. */
export interface MetricsSource {
  readonly collector: MetricsCollector;
  /** As the collector exports, but in pieces of bytes, within the time limit, and until the signal ends it early. */
  readonly export: (format: ExportFormat, signal: AbortSignal, timeLimitMs?: number) => Promise<readonly Buffer[]>;
  /** As the collector reads them, but one by one. */
  readonly beginHistory: (filter: HistoryFilter) => Iterable<Execution>;
  readonly beginRunning: () => Iterable<RunningExecution>;
  /** As the collector reads them, but name by name. */
  readonly beginTrends: (options: TrendsOptions) => TrendsReading;
  /** What this process tells another that answers for both: the same text, or what the JSON is made of. */
  readonly exportPart: (format: ExportFormat, signal: AbortSignal, timeLimitMs?: number) => Promise<readonly Buffer[]>;
  readonly trendsPart: (options: TrendsOptions) => WriteSteps;
  /** Where other processes of the machine are asked, too; undefined where this one answers for itself alone. */
  readonly machine: MachineAnswers | undefined;
  /** Whether whole requests are kept. */
  readonly keepsRequests: boolean;
  /** What requests are broken down by; undefined where they are not. */
  readonly breakdownBy: string | undefined;
  /** Undefined where there is no server to ask about other instances. */
  readonly fleet: Fleet | undefined;
  readonly longAnswers: LongAnswers;
  readonly defaultFormat: ExportFormat;
}

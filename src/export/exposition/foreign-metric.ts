import type { MetricValue } from 'prom-client';
import type { ClientRegistry } from '../prom-client/client-registry';
import type { WrittenExemplar } from './exposition';
import type { ReadableMetric } from './metric-reads';

/** What prom-client's types leave out. */
export type ForeignValue = MetricValue<string> & {
  readonly metricName?: string;
  readonly exemplar?:
    | (Partial<Pick<WrittenExemplar, 'timestamp'>> & {
        readonly labelSet: WrittenExemplar['labels'];
        readonly value: number;
      })
    | null;
};

/** A metric that is not ours, as its registry has it. */
export interface ForeignMetric {
  readonly registry: ClientRegistry;
  readonly metric: ReadableMetric;
  readonly name: string;
  /** As it is to be exposed. */
  readonly type: string;
}

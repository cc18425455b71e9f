import { EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { BILLION, HISTOGRAM_COLUMNS } from '../../collection/series/histogram';
import { SERIES_COLUMNS } from '../../collection/series/series-rows';
import type { LabelSet } from '../../collection/series/label-set';
import type { FamilyContent, FamilySink } from '../families/family-content';
import type { FamilyDescription } from '../families/metric-families';
import type { HistogramReading, SeriesReading } from '../families/series-reading';

/** A value in a form that prom-client's registries, aggregations and gateways read. */
interface BridgedValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Where it is not that of the metric. */
  readonly metricName?: string;
}

/** The values of one family for prom-client. */
export class BridgedValues implements FamilySink {
  readonly values: BridgedValue[] = [];

  constructor(
    private readonly name: string,
    private readonly family: FamilyDescription,
    private readonly defaultLabels: Readonly<Record<string, string>>,
  ) {}

  add(content: FamilyContent): this {
    for (let part = 0; part < content.length; part += 1) content.visit(part, this);
    return this;
  }

  gauge(series: LabelSet, value: number): void {
    this.values.push({ value, labels: this.labels(series) });
  }

  /** prom-client has no place for its birth. */
  counter(series: LabelSet, value: number, _born: number, label?: string): void {
    this.values.push({ value, labels: this.labels(series, label) });
  }

  statuses(reading: SeriesReading): void {
    EXECUTION_STATUSES.forEach((status, index) =>
      this.counter(reading.series, reading.number(SERIES_COLUMNS.statuses + index), reading.born, status),
    );
  }

  histogram({ series, bounds, numbers, at }: HistogramReading): void {
    const labels = this.labels(series);
    let cumulative = 0;
    for (const [bucket, le] of [...bounds, '+Inf'].entries()) {
      cumulative += numbers[at + HISTOGRAM_COLUMNS.buckets + bucket]!;
      this.values.push({ value: cumulative, labels: { ...labels, le }, metricName: `${this.name}_bucket` });
    }
    const sum = numbers[at + HISTOGRAM_COLUMNS.total]! / BILLION;
    this.values.push({ value: sum, labels, metricName: `${this.name}_sum` });
    this.values.push({ value: numbers[at + HISTOGRAM_COLUMNS.count]!, labels, metricName: `${this.name}_count` });
  }

  private labels({ labels: values }: LabelSet, ofSample?: string): Record<string, string> {
    const { labels: names, sampleLabel } = this.family;
    const labels = Object.fromEntries(values.map((value, index) => [names[index]!, value]));
    if (sampleLabel !== undefined && ofSample !== undefined) labels[sampleLabel] = ofSample;
    return { ...labels, ...this.defaultLabels };
  }
}

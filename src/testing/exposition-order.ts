import { metricKey, seriesKey, type ExpositionFamily } from './exposition-family';
import type { ExpositionSample } from './exposition-line';

/** Watches over the order of the samples of one family after another. */
export class SampleOrder {
  /** Since the text began, as a series has one family only. */
  private readonly series = new Set<string>();
  /** Of the current family. */
  private readonly metrics = new Set<string>();
  private metric: string | undefined;
  private timestamp: number | undefined;

  beginFamily(): void {
    this.metrics.clear();
    this.metric = undefined;
  }

  /** @throws SyntaxError where the sample is out of place */
  add(family: ExpositionFamily, sample: ExpositionSample): void {
    const isOrdered = family.format === 'openmetrics';
    const series = seriesKey(sample.name, sample.labels);
    const mayRepeat = isOrdered && sample.timestamp !== undefined;
    if (!mayRepeat && this.series.has(series)) throw new SyntaxError(`the series ${series} appears twice`);
    this.series.add(series);
    // The labels of an info metric cannot be told from its information.
    if (isOrdered && family.type !== 'info') this.follow(metricKey(family, sample), sample.timestamp);
  }

  private follow(metric: string, timestamp: number | undefined): void {
    if (metric !== this.metric) {
      if (this.metrics.has(metric)) throw new SyntaxError('the samples of one metric do not stand together');
    } else if ((timestamp === undefined) !== (this.timestamp === undefined)) {
      throw new SyntaxError('some samples of one metric have a timestamp, others have none');
    } else if (timestamp !== undefined && timestamp < this.timestamp!) {
      throw new SyntaxError('the timestamps of one metric go backwards');
    }
    this.metrics.add(metric);
    this.metric = metric;
    this.timestamp = timestamp;
  }
}

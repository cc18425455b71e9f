import { DataPointType, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import { seriesKey, type Labels } from './exposition-samples';

/** A reader of the SDK that is asked by a test. */
export class AskedReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** What a receiver for Prometheus adds to names, by unit. */
const UNIT_SUFFIXES: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes', '1': '_ratio' };

/** The samples that Prometheus makes of metrics, by their series: its own rules for names, and cumulative buckets. */
export function prometheusSamples(metrics: readonly MetricData[]): Record<string, number> {
  const samples: Record<string, number> = {};
  for (const metric of metrics) {
    for (const [key, value] of samplesOf(metric)) {
      if (key in samples) throw new Error(`The series ${key} appears twice.`);
      samples[key] = value;
    }
  }
  return samples;
}

function prometheusName(metric: MetricData): string {
  const { name, unit } = metric.descriptor;
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  return `${name.replaceAll('.', '_')}${UNIT_SUFFIXES[unit] ?? ''}${isCounter ? '_total' : ''}`;
}

function* samplesOf(metric: MetricData): Generator<[key: string, value: number]> {
  const name = prometheusName(metric);
  const labelsOf = (attributes: object) => attributes as Labels;
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    for (const { attributes, value } of metric.dataPoints) {
      const labels = labelsOf(attributes);
      let cumulative = 0;
      for (const [index, count] of value.buckets.counts.entries()) {
        cumulative += count;
        yield [seriesKey(`${name}_bucket`, { ...labels, le: boundText(value.buckets.boundaries[index]) }), cumulative];
      }
      yield [seriesKey(`${name}_sum`, labels), value.sum!];
      yield [seriesKey(`${name}_count`, labels), value.count];
    }
  } else if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) {
    for (const { attributes, value } of metric.dataPoints) yield [seriesKey(name, labelsOf(attributes)), value];
  }
}

function boundText(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

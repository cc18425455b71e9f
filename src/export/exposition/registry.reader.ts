import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import { isBridged } from '../prom-client/prom-client.bridge';
import { labelText } from '../text/exposition-text';
import type { TextBuffer } from '../text/text-buffer';
import { type ExpositionFormat, type WrittenExemplar, writeHeader, writeSample } from './exposition';

/** What prom-client's types leave out. */
type ForeignValue = MetricValue<string> & {
  readonly metricName?: string;
  readonly exemplar?:
    | (Partial<Pick<WrittenExemplar, 'timestamp'>> & {
        readonly labelSet: WrittenExemplar['labels'];
        readonly value: number;
      })
    | null;
};

export type ForeignMetric = MetricObjectWithValues<MetricValue<string>>;

/**
 * The metrics of a registry that are not ours, each read on its own: one whose `collect` fails must not take the others
 * from the scraper.
 */
export async function readForeignMetrics(
  registry: Registry,
  onFault: (name: string, fault: unknown) => void,
): Promise<ForeignMetric[]> {
  const metrics = registry.getMetricsAsArray() as unknown as { readonly name: string }[];
  const foreign = metrics.filter((metric) => !isBridged(metric));
  const read = await Promise.allSettled(foreign.map((metric) => readWithDefaultLabels(registry, metric)));
  return read.flatMap((result, index) => {
    if (result.status === 'fulfilled') return result.value;
    onFault(foreign[index]!.name, result.reason);
    return [];
  });
}

/** A view of the registry with this metric alone, because only a registry knows its default labels. */
async function readWithDefaultLabels(registry: Registry, metric: object): Promise<ForeignMetric[]> {
  const view = Object.create(registry, { getMetricsAsArray: { value: () => [metric] } }) as Registry;
  const read = await view.getMetricsAsJSON();
  return read.map((values) => ({ ...values, name: givenName(registry, metric, values.name) }));
}

/** An OpenMetrics `metrics()` of prom-client takes `_total` from a counter's name for good; the registry still knows it. */
function givenName(registry: Registry, metric: object, name: string): string {
  const total = `${name}_total`;
  return (registry.getSingleMetric(total) as object | undefined) === metric ? total : name;
}

export function* writeForeignMetric(metric: ForeignMetric, format: ExpositionFormat, out: TextBuffer): Generator<void> {
  const { name, help, values } = metric;
  out.write(writeHeader({ name, type: String(metric.type), help }, format));
  const mayCarry = format === 'openmetrics' && mayCarryExemplars(metric);
  for (const { metricName = name, labels, value, exemplar } of values as ForeignValue[]) {
    const text = labelText(Object.keys(labels), Object.values(labels));
    out.write(writeSample(metricName, text, value, mayCarry ? writtenExemplar(exemplar) : undefined));
    out.handOver();
    yield;
  }
}

/** A counter whose name does not end in `_total` is none in OpenMetrics. */
function mayCarryExemplars({ name, type }: ForeignMetric): boolean {
  return String(type) === 'histogram' || (String(type) === 'counter' && name.endsWith('_total'));
}

function writtenExemplar(exemplar: ForeignValue['exemplar']): WrittenExemplar | undefined {
  // prom-client hands out an empty one for a bucket that has none yet.
  if (exemplar?.timestamp === undefined) return undefined;
  return { labels: exemplar.labelSet, value: exemplar.value, timestamp: exemplar.timestamp };
}

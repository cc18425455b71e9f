import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import type { ExpositionFormat } from './exposition';
import { labelText, writeHeader, writeSample } from './exposition';
import { isBridged } from './prom-client.bridge';

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

export function* writeForeignMetric(metric: ForeignMetric, format: ExpositionFormat): Generator<string> {
  const { name, help, values } = metric;
  yield writeHeader({ name, type: String(metric.type), help }, format);
  for (const { metricName, labels, value } of values as (MetricValue<string> & { metricName?: string })[]) {
    yield writeSample(metricName ?? name, labelText(Object.keys(labels), Object.values(labels)), value);
  }
}

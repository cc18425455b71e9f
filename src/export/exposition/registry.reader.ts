import type { ClientRegistry } from '../prom-client/client-registry';
import { isBridged } from '../prom-client/prom-client.bridge';
import { labelText } from '../text/exposition-text';
import type { TextBuffer } from '../text/text-buffer';
import { labelsOfWorker, writeHeader, writeSample, type ExpositionOptions, type WrittenExemplar } from './exposition';
import type { FamilyNames } from './family-names';
import type { ForeignMetric, ForeignValue } from './foreign-metric';
import { checkForeignMetric } from './foreign-metric-check';
import type { ReadableMetric } from './metric-reads';

/** The metrics of a registry that are not ours. */
export function foreignMetricsOf(registry: ClientRegistry): ForeignMetric[] {
  const metrics = registry.getMetricsAsArray() as (ReadableMetric & { name: string; type: unknown })[];
  return metrics
    .filter((metric) => !isBridged(metric))
    .map((metric) => ({
      registry,
      metric,
      name: givenName(registry, metric, metric.name),
      type: String(metric.type),
    }));
}

/** An OpenMetrics `metrics()` of prom-client takes `_total` from a counter's name for good; the registry still knows it. */
function givenName(registry: ClientRegistry, metric: object, name: string): string {
  const total = `${name}_total`;
  return registry.getSingleMetric(total) === metric ? total : name;
}

/**
 * Those that can be exposed together, in their order. Of one name the first is. What OpenMetrics shortens takes its names
 * last: where another family has one of them, it can still be exposed as `unknown` under its whole name.
 *
 * @param onClash is told of each that cannot, and of the metric that has the name
 */
export function exposable(
  metrics: readonly ForeignMetric[],
  names: FamilyNames,
  onClash: (metric: ForeignMetric, other: string) => void,
): ForeignMetric[] {
  const types = new Map<ForeignMetric, string>();
  const firsts = new Map(metrics.toReversed().map((metric) => [metric.name, metric]));
  const claim = (metric: ForeignMetric, type: string): string | undefined => {
    const owner = firsts.get(metric.name) === metric ? names.claim(metric.name, type) : metric.name;
    if (owner === undefined) types.set(metric, type);
    return owner;
  };
  for (const metric of metrics.toSorted((a, b) => Number(isTotal(a)) - Number(isTotal(b)))) {
    const owner = claim(metric, metric.type);
    if (owner === undefined || (isTotal(metric) && claim(metric, 'unknown') === undefined)) continue;
    onClash(metric, owner);
  }
  return metrics.flatMap((metric) => (types.has(metric) ? { ...metric, type: types.get(metric)! } : []));
}

/** OpenMetrics knows no counter whose name ends otherwise. */
function isTotal({ name, type }: ForeignMetric): boolean {
  return type === 'counter' && name.endsWith('_total');
}

/** With the default labels of its registry, which only that knows: a view of it has this answer alone. */
export async function withDefaultLabels(registry: ClientRegistry, answer: unknown): Promise<unknown> {
  const metrics = [{ get: () => Promise.resolve(answer) }];
  const view = Object.create(registry, { getMetricsAsArray: { value: () => metrics } }) as ClientRegistry;
  const [labelled] = await view.getMetricsAsJSON();
  return labelled;
}

/** In steps. @throws TypeError, before anything is written, where an answer would harm the rest of the text */
export function* writeForeignMetric(
  metric: ForeignMetric,
  answer: unknown,
  { format, worker }: Pick<ExpositionOptions, 'format' | 'worker'>,
  out: TextBuffer,
): Generator<void> {
  const { name, type } = metric;
  const { help, values } = yield* checkForeignMetric(metric, answer);
  out.write(writeHeader({ name, type, help }, format));
  const mayCarry = format === 'openmetrics' && (type === 'histogram' || isTotal(metric));
  for (const { metricName = name, labels: own, value, exemplar } of values) {
    const labels = labelsOfWorker(own, worker);
    const text = labelText(Object.keys(labels), Object.values(labels));
    out.write(writeSample(metricName, text, value, mayCarry ? writtenExemplar(exemplar) : undefined));
    out.handOver();
    yield;
  }
}

function writtenExemplar(exemplar: ForeignValue['exemplar']): WrittenExemplar | undefined {
  // prom-client hands out an empty one for a bucket that has none yet.
  if (exemplar?.timestamp === undefined) return undefined;
  return { labels: exemplar.labelSet, value: exemplar.value, timestamp: exemplar.timestamp };
}

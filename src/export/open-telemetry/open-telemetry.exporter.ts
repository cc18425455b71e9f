import type { ReadableApplication } from '../families/readable-application';
import { Scrape } from '../families/scrape';
import { SlicedWork } from '../text/sliced-work';
import { DataPoints, type CollectionTime } from './data-points';
import { CUMULATIVE, POINT_TYPES, VALUE_TYPES, type MetricData, type MetricDescriptor } from './metric-data';
import { nameMetrics, type NamedMetric, type NamingOptions } from './metric-naming';

/** Reads all metrics of an application as they are now, or as they were when it closed. */
export async function collectMetrics(
  application: ReadableApplication,
  names: Pick<NamingOptions, 'names' | 'legacy'>,
): Promise<MetricData[]> {
  const { source, families, defaultLabels, closedAt } = application;
  const { store, prefix } = source;
  const scrape = new Scrape(source);
  const time = { start: scrape.ledger.startTime, now: closedAt ?? store.clock.wallTime() };
  const work = new SlicedWork();
  await work.run(scrape.addModels());
  const collected: MetricData[] = [];
  for (const metric of nameMetrics(families, { ...names, prefix, defaultLabels, breakdownBy: store.breakdownBy })) {
    const data = await collectMetric(metric, scrape, time, work);
    if (data.dataPoints.length > 0) collected.push(data);
  }
  return collected;
}

async function collectMetric(
  metric: NamedMetric,
  scrape: Scrape,
  time: CollectionTime,
  work: SlicedWork,
): Promise<MetricData> {
  const points = new DataPoints(metric.attributesOf, time);
  await work.run(metric.read(scrape, points));
  const descriptor = describe(metric, points);
  const aggregationTemporality = CUMULATIVE;
  if (metric.type === 'histogram') {
    return { descriptor, aggregationTemporality, dataPointType: POINT_TYPES.histogram, dataPoints: points.histograms };
  }
  const dataPoints = points.numbers;
  // What is added up over several processes is a sum, also where it goes up and down.
  if (metric.type === 'gauge' && metric.aggregator !== undefined) {
    return { descriptor, aggregationTemporality, dataPointType: POINT_TYPES.gauge, dataPoints };
  }
  const isMonotonic = metric.type === 'counter';
  return { descriptor, aggregationTemporality, dataPointType: POINT_TYPES.sum, isMonotonic, dataPoints };
}

/** Bytes may be recorded in parts, which an integer of a protocol would cut off. */
function describe({ name, unit, help, type }: NamedMetric, { numbers }: DataPoints): MetricDescriptor {
  const isWhole = type !== 'histogram' && (unit === 'By' || (unit.startsWith('{') && unit !== '{USD}'));
  const isInteger = isWhole && numbers.every(({ value }) => Number.isSafeInteger(value));
  return { name, description: help, unit, valueType: isInteger ? VALUE_TYPES.int : VALUE_TYPES.double };
}

import { METRIC_FAMILIES } from './metric-families';
import { WORKERS_FAMILY } from './workers-family';

const HISTOGRAM_SAMPLES = ['_bucket', '_sum', '_count'];

const SAMPLES: ReadonlySet<string> = new Set(
  [...METRIC_FAMILIES, WORKERS_FAMILY].flatMap(({ name, type }) =>
    type === 'histogram' ? HISTOGRAM_SAMPLES.map((suffix) => name + suffix) : [name],
  ),
);

/**
 * The whole name of one of our metrics. Whatever asks goes through the table of families, so that no rule and no panel
 * can name what is not exposed.
 *
 * @example
 * metricName('shop', 'tool_execution_duration_seconds_bucket') // 'shop_tool_execution_duration_seconds_bucket'
 * @throws Error where the table has no such family, or a histogram without its suffix
 */
export function metricName(prefix: string, sample: string): string {
  if (!SAMPLES.has(sample)) throw new Error(`There is no metric ${JSON.stringify(sample)}.`);
  return `${prefix}_${sample}`;
}

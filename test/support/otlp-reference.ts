import { METRIC_FAMILIES, type MetricFamily } from '../../src/export/families/metric-families';
import type { ConventionMetric } from '../../src/export/open-telemetry/convention-metrics';
import { CONVENTION_ATTRIBUTES, METRIC_NAMES } from '../../src/export/open-telemetry/metric-names';
import { code, renderTable } from './metrics-reference';

/** What each family is called in OpenTelemetry, from the tables by which it is named. */
export function renderOtlpNames(): string {
  const rows = METRIC_FAMILIES.flatMap((family) => rowsOf(family));
  return renderTable([['Family', "`names: 'gen_ai'`", 'Attributes', "`names: 'crew'`", 'Unit'], ...rows]);
}

function rowsOf(family: MetricFamily): string[][] {
  const { name, unit, conventions = [], legacy } = METRIC_NAMES[family.name]!;
  const exposed = code(`crew_${family.name}`);
  const crew = code(`crew.${name}`);
  if (conventions.length === 0) return [[exposed, crew, attributesOf(family, {}), crew, code(unit)]];
  return [...conventions, legacy ?? []].flat().map((metric, index) => {
    const called = `${code(metric.name)}${metric === legacy ? ', with `legacy`' : ''}`;
    const isFirst = index === 0;
    return [
      isFirst ? exposed : '',
      called,
      attributesOf(metric.own ?? family, metric),
      isFirst ? crew : '',
      code(metric.unit),
    ];
  });
}

function attributesOf(
  { labels, sampleLabel }: Pick<MetricFamily, 'labels' | 'sampleLabel'>,
  { constants = {} }: Pick<ConventionMetric, 'constants'>,
): string {
  const own = [...labels, ...(sampleLabel === undefined ? [] : [sampleLabel])].map((label) =>
    label === '<by>' ? label : (CONVENTION_ATTRIBUTES[label] ?? `crew.${label}`),
  );
  return [...own.map(code), ...Object.entries(constants).map(([name, value]) => code(`${name}=${value}`))].join(', ');
}

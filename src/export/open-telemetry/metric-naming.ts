import { nameBreakdown } from '../families/exposed-families';
import type { FamilyDescription, MetricFamily } from '../families/metric-families';
import type { ConventionMetric, PointReader } from './convention-metrics';
import type { AttributeWriter } from './data-points';
import type { PointAttributes } from './metric-data';
import { CONVENTION_ATTRIBUTES, METRIC_NAMES } from './metric-names';

/** Whose names metrics have. */
export type NamingScheme = 'gen_ai' | 'crew';

/** How the metrics of an application are called. */
export interface NamingOptions {
  readonly names: NamingScheme;
  /** Together with the names of the conventions: a metric that these have removed. */
  readonly legacy: boolean;
  readonly prefix: string;
  readonly breakdownBy: string | undefined;
  readonly defaultLabels: Readonly<Record<string, string>>;
}

/** A family, or a part of it, under its name in OpenTelemetry. */
export interface NamedMetric extends Pick<FamilyDescription, 'type' | 'help' | 'aggregator'> {
  readonly name: string;
  readonly unit: string;
  readonly read: PointReader;
  readonly attributesOf: AttributeWriter;
}

/** All metrics of an application, in the order of its families. */
export function nameMetrics(families: readonly MetricFamily[], options: NamingOptions): NamedMetric[] {
  return families.flatMap((family) => nameFamily(family, options));
}

function nameFamily(family: MetricFamily, options: NamingOptions): NamedMetric[] {
  const names = METRIC_NAMES[generalName(family.name, options.breakdownBy)]!;
  if (options.names === 'crew' || names.conventions === undefined) {
    const fill = (name: string) =>
      options.breakdownBy === undefined ? name : nameBreakdown(name, options.breakdownBy);
    return [named(family, { name: `${options.prefix}.${fill(names.name)}`, unit: names.unit }, options)];
  }
  const legacy = options.legacy ? (names.legacy ?? []) : [];
  return [names.conventions, legacy].flat().map((metric) => named(family, metric, options));
}

/** Its name in the table. */
function generalName(family: string, breakdownBy: string | undefined): string {
  if (Object.hasOwn(METRIC_NAMES, family) || breakdownBy === undefined) return family;
  return `<by>${family.slice(breakdownBy.length)}`;
}

function named(family: MetricFamily, { name, unit, constants, own }: ConventionMetric, options: NamingOptions) {
  const { labels, sampleLabel } = own ?? family;
  return {
    name,
    unit,
    type: own?.type ?? family.type,
    help: own?.help ?? family.help,
    aggregator: family.aggregator,
    read: own?.read ?? readFamily(family),
    attributesOf: attributeWriter({ labels, sampleLabel, constants }, options),
  };
}

function readFamily(family: MetricFamily): PointReader {
  return function* (scrape, points) {
    const content = family.read(scrape);
    for (let part = 0; part < content.length; part += 1) {
      content.visit(part, points);
      yield;
    }
  };
}

function attributeWriter(
  {
    labels,
    sampleLabel,
    constants,
  }: Pick<FamilyDescription, 'labels' | 'sampleLabel'> & Pick<ConventionMetric, 'constants'>,
  options: NamingOptions,
): AttributeWriter {
  const names = labels.map((label) => attributeName(label, options));
  const ofSample = sampleLabel === undefined ? undefined : attributeName(sampleLabel, options);
  const isStatus = ofSample === 'http.response.status_code';
  return (values, sample) => {
    const attributes: PointAttributes = { ...options.defaultLabels, ...constants };
    // What is empty is not there, as for Prometheus.
    values.forEach((value, index) => value !== '' && (attributes[names[index]!] = value));
    if (ofSample !== undefined && sample !== undefined && sample !== '')
      attributes[ofSample] = isStatus ? Number(sample) : sample;
    return attributes;
  };
}

function attributeName(label: string, { names, prefix, breakdownBy }: NamingOptions): string {
  if (names === 'crew' || label === breakdownBy) return label;
  return CONVENTION_ATTRIBUTES[label] ?? `${prefix}.${label}`;
}

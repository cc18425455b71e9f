import { METRIC_FAMILIES, type MetricFamily } from './metric-families';

/** Stands in the table for the name of the breakdown, which is an option. */
const BY = '<by>';

/**
 * The families that an application exposes.
 *
 * @param breakdownBy the name of its breakdown; without one there are no families of it
 */
export function exposedFamilies(breakdownBy: string | undefined): readonly MetricFamily[] {
  return METRIC_FAMILIES.flatMap((family) => {
    if (!family.name.includes(BY)) return [family];
    return breakdownBy === undefined ? [] : [named(family, breakdownBy)];
  });
}

function named({ name, help, labels, ...family }: MetricFamily, by: string): MetricFamily {
  const fill = (text: string) => text.replaceAll(BY, () => by);
  return { ...family, name: fill(name), help: fill(help), labels: labels.map(fill) };
}

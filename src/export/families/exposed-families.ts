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

/** A text of the table for a breakdown of this name. */
export function nameBreakdown(text: string, by: string): string {
  return text.replaceAll(BY, () => by);
}

function named({ name, help, labels, ...family }: MetricFamily, by: string): MetricFamily {
  const fill = (text: string) => nameBreakdown(text, by);
  return { ...family, name: fill(name), help: fill(help), labels: labels.map(fill) };
}

/** How the templates of annotations write figures. Two significant digits are enough for an alert. */

/** A ratio as `42 %`. The functions of Prometheus's templates take numbers as text, too. */
const AS_PERCENTAGE = 'printf "%.2g" | humanizePercentage | reReplaceAll "%" " %"';

/** The value of the alert, a ratio. */
export const PERCENTAGE = `{{ $value | ${AS_PERCENTAGE} }}`;

/** The value of the alert, in seconds, as `1m 30s`. */
export const DURATION = '{{ $value | humanizeDuration }}';

/** The value of the alert, the growth of a counter, which `increase` extrapolates. */
export const COUNT = '{{ $value | printf "%.0f" }}';

/**
 * What a recorded ratio is for the labels of the alert.
 *
 * @param before only written where the ratio has a value, as is `after`
 */
export function recordedPercentage(series: string, labels: readonly string[], before: string, after: string): string {
  const matchers = labels.map((label) => `${label}=%q`).join(',');
  const values = labels.map((label) => `$labels.${label}`).join(' ');
  const query = `printf \`${series}{${matchers}}\` ${values} | query`;
  return `{{ with ${query} }}${before}{{ . | first | value | ${AS_PERCENTAGE} }}${after}{{ end }}`;
}

/** A share of the settings as `1 %`, without the last digits of floating-point arithmetic. */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(6))} %`;
}

import type { Unit } from '../suites/suite';

const three = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** As the tables show it: three digits, in the unit that reads best. */
export function formatFigure(figure: number, unit: Unit): string {
  if (unit === 'ns' && Math.abs(figure) >= 10_000) return `${three.format(figure / 1_000)} µs`;
  return `${three.format(figure)} ${unit}`;
}

/** `1/12` where it is less than half, `3.1×` where it is more than twice. */
export function formatRatio(ratio: number): string {
  if (ratio <= 0) return '0';
  if (ratio < 0.5) return `1/${three.format(1 / ratio)}`;
  return ratio < 2 ? ratio.toFixed(2) : `${three.format(ratio)}×`;
}

export type Unit = 'ns' | 'bytes' | 'ms' | 'requests/s';

const three = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** The unit that replaces another one from `from` on. */
const LARGER: Partial<Record<Unit, readonly { from: number; unit: string }[]>> = {
  ns: [
    { from: 1e6, unit: 'ms' },
    { from: 1e3, unit: 'µs' },
  ],
  bytes: [
    { from: 1e6, unit: 'MB' },
    { from: 1e4, unit: 'kB' },
  ],
};

const SIZES: Readonly<Record<string, number>> = { ms: 1e6, µs: 1e3, MB: 1e6, kB: 1e3 };

/** As the tables show it: three digits, in the unit that reads best. */
export function formatFigure(figure: number, unit: Unit): string {
  const larger = LARGER[unit]?.find(({ from }) => Math.abs(figure) >= from);
  if (larger === undefined) return `${three.format(figure)} ${unit}`;
  return `${three.format(figure / SIZES[larger.unit]!)} ${larger.unit}`;
}

const count = new Intl.NumberFormat('en-US');

/** `10,000`. */
export const formatCount = (value: number) => count.format(value);

/** `1/12` where it is less than half, `3.1×` where it is more than twice. */
export function formatRatio(ratio: number): string {
  if (ratio <= 0) return '0';
  if (ratio < 0.5) return `1/${three.format(1 / ratio)}`;
  return ratio < 2 ? ratio.toFixed(2) : `${three.format(ratio)}×`;
}

import * as fc from 'fast-check';
import { TextBuffer } from '../text/text-buffer';
import { StringSink } from '../text/text-sink';
import { formatGoDuration, toSeconds, writeGoDuration } from './go-duration';

describe('formatGoDuration', () => {
  it.each([
    [0, '0s'],
    [0.000_001, '1ns'],
    [0.000_999, '999ns'],
    [0.001, '1µs'],
    [0.0015, '1.5µs'],
    [0.29, '290µs'],
    [1, '1ms'],
    [1.000_001, '1.000001ms'],
    [500, '500ms'],
    [350 / 3, '116.666666ms'],
    [999.999_999, '999.999999ms'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [59_999.999_999, '59.999999999s'],
    [60_000, '1m0s'],
    [150_000, '2m30s'],
    [3_600_000, '1h0m0s'],
    [3_605_000, '1h0m5s'],
    [90_061_001, '25h1m1.001s'],
    [0.000_000_9, '0s'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatGoDuration(milliseconds)).toBe(text);
  });

  it('writes any whole number of nanoseconds as Go does', () => {
    fc.assert(
      fc.property(nanoseconds, (ns) => {
        expect(formatGoDuration(ns / 1e6)).toBe(goDuration(BigInt(ns)));
      }),
    );
  });

  it('writes the same into a text', () => {
    fc.assert(
      fc.property(nanoseconds, (ns) => {
        const sink = new StringSink();
        const out = new TextBuffer(sink);
        writeGoDuration(out, ns);
        out.flush();
        expect(sink.text).toBe(formatGoDuration(ns / 1e6));
      }),
    );
  });

  it('writes what reads back as the same number of nanoseconds', () => {
    fc.assert(
      fc.property(nanoseconds, (ns) => {
        expect(parseNanoseconds(formatGoDuration(ns / 1e6))).toBe(BigInt(ns));
      }),
    );
  });

  /** Up to 2^51 ns (26 days): beyond it a number of milliseconds no longer tells neighbouring nanoseconds apart. */
  const nanoseconds = fc.oneof(
    fc.maxSafeNat().map((ns) => Math.floor(ns / 4)),
    fc.nat(2_000_000_000),
    fc.nat(7_200).map((seconds) => seconds * 1e9),
  );

  /** After the source of Go's `Duration.String`, in whole numbers. */
  function goDuration(ns: bigint): string {
    const inUnits = (amount: bigint, unit: bigint) => {
      const fraction = String(amount % unit)
        .padStart(String(unit).length - 1, '0')
        .replace(/0+$/, '');
      return fraction === '' ? `${amount / unit}` : `${amount / unit}.${fraction}`;
    };
    if (ns === 0n) return '0s';
    if (ns < 1_000n) return `${ns}ns`;
    if (ns < 1_000_000n) return `${inUnits(ns, 1_000n)}µs`;
    if (ns < 1_000_000_000n) return `${inUnits(ns, 1_000_000n)}ms`;
    const minutes = ns / 60_000_000_000n;
    const seconds = `${inUnits(ns % 60_000_000_000n, 1_000_000_000n)}s`;
    if (minutes === 0n) return seconds;
    return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
  }

  const UNITS: Readonly<Record<string, bigint>> = {
    h: 3_600_000_000_000n,
    m: 60_000_000_000n,
    s: 1_000_000_000n,
    ms: 1_000_000n,
    µs: 1_000n,
    ns: 1n,
  };

  function parseNanoseconds(text: string): bigint {
    let total = 0n;
    for (const [, whole, fraction = '', unit] of text.matchAll(/(\d+)(?:\.(\d+))?([a-zµ]+)/g)) {
      const size = UNITS[unit!]!;
      total += BigInt(whole!) * size + (BigInt(fraction || 0) * size) / 10n ** BigInt(fraction.length);
    }
    return total;
  }
});

describe('toSeconds', () => {
  it.each([
    [0, 0],
    [500, 0.5],
    [0.29, 0.000_29],
    [6.043_645, 0.006_043_645],
    [350 / 3, 0.116_666_666_666_666_67],
  ])('makes of %d ms %d s', (milliseconds, seconds) => {
    expect(toSeconds(milliseconds)).toBe(seconds);
  });
});

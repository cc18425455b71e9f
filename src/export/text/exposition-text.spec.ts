import * as fc from 'fast-check';
import { formatBound } from './exposition-text';

describe('A bound is written as Go and OpenMetrics write it', () => {
  it.each<[bound: number, text: string]>([
    [0, '0.0'],
    [-0, '0.0'],
    [1, '1.0'],
    [-1, '-1.0'],
    [10, '10.0'],
    [0.001, '0.001'],
    [0.1 + 0.2, '0.30000000000000004'],
    [0.95, '0.95'],
    [1.7, '1.7'],
    // The smallest without an exponent, and the next.
    [1e-4, '0.0001'],
    [0.00012345, '0.00012345'],
    [0.00009999, '9.999e-05'],
    [1e-5, '1e-05'],
    [2.5e-7, '2.5e-07'],
    [1e-10, '1e-10'],
    [1e-100, '1e-100'],
    [5e-324, '5e-324'],
    // The largest without an exponent, and the next.
    [100_000, '100000.0'],
    [131_072, '131072.0'],
    [999_999, '999999.0'],
    [999_999.5, '999999.5'],
    [1e6, '1e+06'],
    [-1e6, '-1e+06'],
    [1_000_000.5, '1.0000005e+06'],
    [1_048_576, '1.048576e+06'],
    [2_500_000, '2.5e+06'],
    [123_456_789, '1.23456789e+08'],
    [1e9, '1e+09'],
    [1e10, '1e+10'],
    [2 ** 53, '9.007199254740992e+15'],
    [1e21, '1e+21'],
    [1e23, '1e+23'],
    [1.1e23, '1.1e+23'],
    [1e100, '1e+100'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [NaN, 'NaN'],
  ])('%d', (bound, text) => {
    expect(formatBound(bound)).toBe(text);
  });

  it('whatever it is: the same number, a point or an exponent of two digits at least', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (bound) => {
        const text = formatBound(bound);
        expect(Number(text)).toBe(bound + 0);
        const exponent = Number(bound.toExponential().split('e')[1]);
        const hasExponent = bound !== 0 && (exponent < -4 || exponent >= 6);
        expect(text).toMatch(hasExponent ? /^-?\d(\.\d+)?e[+-]\d{2,3}$/ : /^-?\d+\.\d+$/);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { normaliseName } from './execution-name';

describe('normaliseName', () => {
  it.each(['', 'search', 'a"b\n|\\', '__proto__', 'Ünïcödé 😀', '\u0000'])('leaves %j as it is', (name) => {
    expect(normaliseName(name)).toBe(name);
  });

  it('puts U+FFFD in the place of a lone surrogate', () => {
    expect(normaliseName('a\uD800b\uDC00')).toBe('a\uFFFDb\uFFFD');
  });

  it('cuts to 128 code points, never through the middle of one', () => {
    expect(normaliseName('x'.repeat(129))).toBe('x'.repeat(128));
    expect(normaliseName('😀'.repeat(128))).toBe('😀'.repeat(128));
    expect(normaliseName(`x${'😀'.repeat(128)}`)).toBe(`x${'😀'.repeat(127)}`);
  });

  it('gives what it leaves as it is, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const normal = normaliseName(name);
        expect(normaliseName(normal)).toBe(normal);
        expect(normal).toBe([...name.toWellFormed()].slice(0, 128).join(''));
      }),
    );
  });
});

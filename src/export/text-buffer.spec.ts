import * as fc from 'fast-check';
import { formatValue } from './exposition-text';
import { TextBuffer } from './text-buffer';

function written(write: (out: TextBuffer) => void): string {
  const out = new TextBuffer();
  write(out);
  return out.toText();
}

describe('TextBuffer', () => {
  it('writes every number as its text', () => {
    const counts = fc.oneof(fc.nat(), fc.constantFrom(0, 9, 10, 99, 999_999_999, 1e9, 2 ** 53, -0));
    const numbers = fc.oneof(counts, fc.double(), fc.integer());
    fc.assert(
      fc.property(fc.array(numbers), (values) => {
        const text = values.map((value) => `${formatValue(value)}\n`).join('');
        const inBytes = written((out) => values.forEach((value) => (out.writeNumber(value), out.write('\n'))));
        expect(inBytes).toBe(text);
      }),
    );
  });

  it('keeps any text, whatever stands before it', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 200 }));
    fc.assert(
      fc.property(texts, (parts) => {
        expect(written((out) => parts.forEach((part) => out.write(part)))).toBe(parts.join(''));
      }),
    );
  });

  it('repeats what stands after a mark, though it has to grow for it', () => {
    const start = 'é'.repeat(5_000);
    const repeated = written((out) => {
      out.write('before ');
      out.mark();
      out.write(start);
      out.repeat(out.sinceMark);
    });
    expect(repeated).toBe(`before ${start}${start}`);
  });
});

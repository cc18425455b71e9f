import * as fc from 'fast-check';
import { formatValue } from './exposition-text';
import { PreparedText } from './prepared-text';
import { TextBuffer } from './text-buffer';
import { BytesSink, StringSink } from './text-sink';

function written(write: (out: TextBuffer) => void): string {
  const sink = new StringSink();
  const out = new TextBuffer(sink);
  write(out);
  out.flush();
  return sink.text;
}

/** By way of another text. */
function copyOf(write: (out: TextBuffer) => void, out: TextBuffer): void {
  const source = new TextBuffer(new StringSink());
  write(source);
  out.writeFrom(source, 0, source.length);
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

  it('writes whole billionths as V8 writes their quotient', () => {
    const durations = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 999, 1_000, 1e9, 1e15, 1e15 - 1, 2 ** 53));
    fc.assert(
      fc.property(durations, (billionths) => {
        expect(written((out) => out.writeBillionths(billionths))).toBe(formatValue(billionths / 1e9));
      }),
    );
  });

  it('writes milliseconds since 1970 as V8 writes their seconds', () => {
    const ofOurTime = fc.integer({ min: 1e12, max: 1e13 });
    const times = fc.oneof(
      ofOurTime,
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }),
      fc.constantFrom(0, 1e12, 1e13 - 1),
    );
    fc.assert(
      fc.property(times, (milliseconds) => {
        expect(written((out) => out.writeTime(milliseconds))).toBe(formatValue(milliseconds / 1_000));
      }),
    );
  });

  it('takes for plain what no format escapes', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'é') }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const isPlain = JSON.stringify(text) === `"${text}"` && /^[ -\x7f]*$/.test(text);
        expect(written((out) => expect(out.writePlain(text)).toBe(isPlain))).toBe(isPlain ? text : '');
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

  it('keeps any prepared text, whatever stands before and after it', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('\x7f', '\u{10ffff}', '\u{f0000}', 'a', '') }),
    );
    fc.assert(
      fc.property(fc.array(texts), (parts) => {
        const into = (out: TextBuffer) => {
          for (const part of parts) {
            out.writePrepared(new PreparedText(part));
            out.mark();
            out.writePrepared(new PreparedText(part));
            out.repeat(0, out.sinceMark);
          }
        };
        expect(written(into)).toBe(parts.map((part) => part.repeat(3)).join(''));
        expect(written((out) => copyOf(into, out))).toBe(parts.map((part) => part.repeat(3)).join(''));
      }),
    );
  });

  it('repeats what stands after a mark, though it has to grow for it', () => {
    const start = 'é'.repeat(5_000);
    const repeated = written((out) => {
      out.write('before ');
      out.mark();
      out.write(start);
      out.repeat(0, out.sinceMark);
    });
    expect(repeated).toBe(`before ${start}${start}`);
  });

  it('hands over the same text in any number of pieces, as a string and as bytes', () => {
    const lines = Array.from(
      { length: 30_000 },
      (_, i) => `${i % 100 === 0 ? 'é' : 'e'}{line="${i}",text="${'long '.repeat(70)}"} ${i / 7}`,
    );
    const bytes = new BytesSink();
    const out = new TextBuffer(bytes);
    for (const line of lines) {
      out.write(line);
      out.endLine();
      out.handOver();
    }
    out.flush();
    const text = written((into) => lines.forEach((line) => (into.write(line), into.endLine(), into.handOver())));
    const expected = `${lines.join('\n')}\n`;
    expect(text === expected).toBe(true);
    expect(Buffer.concat(bytes.pieces).equals(Buffer.from(expected))).toBe(true);
  });
});

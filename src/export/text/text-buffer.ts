import { formatValue } from './exposition-text';
import type { PreparedText } from './prepared-text';
import type { TextSink } from './text-sink';
import { COPY_MARGIN, copyWords, wordsOf } from './word-copy';

/** Up to here copying character by character is quicker than a call into Node. */
const SHORT_LENGTH = 64;

/** No character takes more bytes in UTF-8 than three for each of its units in UTF-16. */
const BYTES_PER_UNIT = 3;

const ZERO = 0x30;
const MAX_DIGITS = 9;
const POWERS_OF_TEN = Array.from({ length: MAX_DIGITS + 1 }, (_, exponent) => 10 ** exponent);
const LARGEST_COUNT = 10 ** MAX_DIGITS - 1;
const BILLION = 10 ** MAX_DIGITS;

/** Below it V8 writes billionths with an exponent, from there on with more digits than a fraction of this length has. */
const FEWEST_BILLIONTHS = 1_000;
const MOST_BILLIONTHS = 1e15;

/** Times of ten digits in seconds, which are written in two halves: a whole one is too large for quick arithmetic. */
const FIRST_MS = 1e12;
const LAST_MS = 1e13;
const MS_PER_SECOND = 1_000;
const MS_DIGITS = 3;
const HALF_DIGITS = 5;
const HALF_OF_SECONDS = 10 ** HALF_DIGITS;

const SPACE = 0x20;
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const POINT = 0x2e;
const LAST_ASCII = 0x7f;

/**
 * A text in UTF-8 that is written piece by piece. Its lines begin alike, and bytes can be repeated: a string that is put
 * together from as many parts would be a tree that V8 has to flatten, which takes longer than all the rest of a scrape.
 */
export class TextBuffer {
  private bytes: Buffer;
  /** The same memory, for what is copied in words. */
  private words: DataView;
  private position = 0;
  private marked = 0;

  constructor(private readonly sink: TextSink) {
    this.bytes = sink.room();
    this.words = wordsOf(this.bytes);
  }

  write(text: string): void {
    this.makeRoom(text.length * BYTES_PER_UNIT);
    if (text.length > SHORT_LENGTH || !this.writePlain(text)) {
      this.position += this.bytes.write(text, this.position, 'utf8');
    }
  }

  writePrepared(text: PreparedText): void {
    this.makeRoom(text.length + COPY_MARGIN);
    text.copyTo(this.words, this.position);
    this.position += text.length;
  }

  /** ASCII without a character that any format escapes. False for any other text; nothing has been written then. */
  writePlain(text: string): boolean {
    const { length } = text;
    this.makeRoom(length);
    const { bytes, position } = this;
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit < SPACE || unit > LAST_ASCII || unit === QUOTE || unit === BACKSLASH) return false;
      bytes[position + index] = unit;
    }
    this.position = position + length;
    return true;
  }

  /** A number as text. Counts are written digit by digit: with V8's own text of each a scrape takes 1.2 to 1.4 times as long. */
  writeNumber(value: number): void {
    const count = value | 0;
    if (count === value && count >= 0 && count <= LARGEST_COUNT) this.writeCount(count);
    else this.write(formatValue(value));
  }

  /**
   * Whole billionths of a unit, nanoseconds for example, in the unit: digit by digit, too, and the same text as that of the
   * quotient, which is longer to find.
   */
  writeBillionths(billionths: number): void {
    if (billionths >= FEWEST_BILLIONTHS && billionths < MOST_BILLIONTHS && Number.isInteger(billionths)) {
      this.writeDecimal(billionths, MAX_DIGITS);
    } else {
      this.writeNumber(billionths / BILLION);
    }
  }

  /** Milliseconds since 1970 in seconds, digit by digit, too, where they are whole and of this century or the next ones. */
  writeTime(milliseconds: number): void {
    if (!(milliseconds >= FIRST_MS && milliseconds < LAST_MS && Number.isInteger(milliseconds))) {
      return this.writeNumber(milliseconds / MS_PER_SECOND);
    }
    const seconds = Math.floor(milliseconds / MS_PER_SECOND);
    const high = Math.floor(seconds / HALF_OF_SECONDS);
    this.writeDigits(high, HALF_DIGITS);
    this.writeDigits(seconds - high * HALF_OF_SECONDS, HALF_DIGITS);
    this.writeFraction(milliseconds - seconds * MS_PER_SECOND, MS_DIGITS);
  }

  /** `value` / 10^`decimals`, without zeros at the end; whole, below 10^15, of nine decimals at the most. */
  writeDecimal(value: number, decimals: number): void {
    const unit = POWERS_OF_TEN[decimals]!;
    const whole = Math.floor(value / unit);
    this.writeNumber(whole);
    this.writeFraction((value - whole * unit) | 0, decimals);
  }

  /** Bytes that have not been handed over. */
  get length(): number {
    return this.position;
  }

  /** What is written from here on can be repeated. */
  mark(): void {
    this.marked = this.position;
  }

  /** Bytes since the mark. */
  get sinceMark(): number {
    return this.position - this.marked;
  }

  /** Bytes of another text, which has not been handed over. */
  writeFrom(source: TextBuffer, from: number, to: number): void {
    // So that its last word can be read.
    source.makeRoom(COPY_MARGIN);
    this.makeRoom(to - from + COPY_MARGIN);
    this.copy(source.words, from, to - from);
  }

  /** Writes the bytes between two places after the mark once more. */
  repeat(from: number, to: number): void {
    this.makeRoom(to - from + COPY_MARGIN);
    this.copy(this.words, this.marked + from, to - from);
  }

  /** The rest of a sample's line. */
  endSample(end: PreparedText, value: number): void {
    this.writePrepared(end);
    this.writeNumber(value);
    this.endLine();
  }

  endLine(): void {
    this.makeRoom(1);
    this.bytes[this.position] = LINE_FEED;
    this.position += 1;
  }

  /** Between two lines: the sink gets what has been written, if that is enough. What was marked is gone then. */
  handOver(): void {
    if (this.position >= this.sink.pieceBytes) this.flush();
  }

  /** The sink gets the rest. */
  flush(): void {
    this.sink.take(this.bytes.subarray(0, this.position));
    this.use(this.sink.room());
    this.position = 0;
  }

  /** The caller has made room for it, margin included, and for the margin in the source. */
  private copy(source: DataView, from: number, length: number): void {
    copyWords(source, from, this.words, this.position, length);
    this.position += length;
  }

  private writeCount(count: number): void {
    let digits = 1;
    for (let limit = 10; count >= limit; limit *= 10) digits += 1;
    this.writeDigits(count, digits);
  }

  private writeFraction(fraction: number, decimals: number): void {
    if (fraction === 0) return;
    let rest = fraction;
    let digits = decimals;
    for (; rest % 10 === 0; rest = (rest / 10) | 0) digits -= 1;
    this.makeRoom(1);
    this.bytes[this.position] = POINT;
    this.position += 1;
    this.writeDigits(rest, digits);
  }

  private writeDigits(value: number, digits: number): void {
    this.makeRoom(digits);
    const { bytes, position } = this;
    let rest = value;
    for (let index = position + digits - 1; index >= position; index -= 1) {
      const tenth = (rest / 10) | 0;
      bytes[index] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.position = position + digits;
  }

  private makeRoom(bytes: number): void {
    if (this.position + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.position + bytes));
    larger.set(this.bytes.subarray(0, this.position));
    this.use(larger);
  }

  private use(bytes: Buffer): void {
    this.bytes = bytes;
    this.words = wordsOf(bytes);
  }
}

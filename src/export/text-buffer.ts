import { isAscii } from 'node:buffer';
import { formatValue } from './exposition-text';

const LEAST_BYTES = 16_384;

/** Up to here copying character by character is quicker than a call into Node. */
const SHORT_LENGTH = 64;

/** No character takes more bytes in UTF-8 than three for each of its units in UTF-16. */
const BYTES_PER_UNIT = 3;

const ZERO = 0x30;
const MAX_DIGITS = 9;
const LARGEST_COUNT = 10 ** MAX_DIGITS - 1;

/**
 * A text that grows in UTF-8. Its lines begin alike, and bytes can be repeated: a string that is put together from as
 * many pieces would be a tree that V8 has to flatten, which takes longer than all the rest of a scrape.
 */
export class TextBuffer {
  private bytes: Buffer;
  private position = 0;
  private marked = 0;

  /** @param bytes to write into, as long as there is room in them */
  constructor(bytes: Buffer = Buffer.allocUnsafe(LEAST_BYTES)) {
    this.bytes = bytes;
  }

  write(text: string): void {
    this.makeRoom(text.length * BYTES_PER_UNIT);
    if (text.length > SHORT_LENGTH || !this.writeShort(text)) {
      this.position += this.bytes.write(text, this.position, 'utf8');
    }
  }

  /** A number as text. Counts are written digit by digit: V8 is slow at making text of numbers out of an array. */
  writeNumber(value: number): void {
    if (value >= 0 && value <= LARGEST_COUNT && Number.isInteger(value)) this.writeCount(value);
    else this.write(formatValue(value));
  }

  /** What is written from here on can be repeated. */
  mark(): void {
    this.marked = this.position;
  }

  /** Bytes since the mark. */
  get sinceMark(): number {
    return this.position - this.marked;
  }

  /** Writes the first bytes after the mark once more. */
  repeat(bytes: number): void {
    this.makeRoom(bytes);
    this.bytes.copyWithin(this.position, this.marked, this.marked + bytes);
    this.position += bytes;
  }

  /** What has been written. It must not be written to any more. */
  toBuffer(): Buffer {
    return this.bytes.subarray(0, this.position);
  }

  /** What has been written. The bytes may be used for another text then. */
  toText(): string {
    const written = this.toBuffer();
    // Most is ASCII, which is read ten times as fast.
    return written.toString(isAscii(written) ? 'latin1' : 'utf8');
  }

  /** Bytes written so far. */
  get length(): number {
    return this.position;
  }

  /** All the room that it has come to have. */
  get room(): Buffer {
    return this.bytes;
  }

  /** False for what is not all ASCII; nothing has been written then. */
  private writeShort(text: string): boolean {
    const { bytes, position } = this;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit > 127) return false;
      bytes[position + index] = unit;
    }
    this.position += text.length;
    return true;
  }

  private writeCount(count: number): void {
    this.makeRoom(MAX_DIGITS);
    let digits = 1;
    for (let limit = 10; count >= limit; limit *= 10) digits += 1;
    let rest = count;
    for (let index = this.position + digits - 1; index >= this.position; index -= 1) {
      const tenth = Math.floor(rest / 10);
      this.bytes[index] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.position += digits;
  }

  private makeRoom(bytes: number): void {
    if (this.position + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.position + bytes));
    larger.set(this.toBuffer());
    this.bytes = larger;
  }
}

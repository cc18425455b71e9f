import { keepShapes } from '../../runtime/kept-shapes';
import type { SlotReader, SlotWriter, TimeSlot } from './time-slot';

/** Room for the first slots. It doubles at first, and grows by so much at a time later. */
const FIRST_BYTES = 64;
const MORE_BYTES = 512;

const NO_BYTES = new Uint8Array(0);

/** A byte holds seven bits of a number, the lowest first; the highest bit says that another byte follows. */
const DIGITS = 128;

/**
 * Slots one after another, in the order in which they came, as whole numbers of as many bytes as each needs: a slot in
 * which few executions ended takes about 15 bytes, a twentieth of what it takes as an object.
 */
export class SlotLog implements SlotWriter {
  /** How many slots. */
  size = 0;
  private bytes = NO_BYTES;
  private length = 0;
  private lastStart = 0;

  /** As if it were new, but for its room. */
  clear(): void {
    this.size = 0;
    this.length = 0;
    this.lastStart = 0;
  }

  append(slot: TimeSlot): void {
    const step = slot.start - this.lastStart;
    this.write(step < 0 ? -2 * step - 1 : 2 * step);
    slot.writeTo(this);
    this.lastStart = slot.start;
    this.size += 1;
  }

  /** Adds every slot to the one that is given for its start. */
  addTo(targetOf: (start: number) => TimeSlot): void {
    const reader = new ByteReader(this.bytes);
    let start = 0;
    for (let left = this.size; left > 0; left -= 1) {
      const step = reader.next();
      start += step % 2 === 0 ? step / 2 : -(step + 1) / 2;
      targetOf(start).addFrom(reader);
    }
  }

  write(value: number): void {
    let rest = Math.min(Math.max(value, 0), Number.MAX_VALUE);
    while (rest >= DIGITS) {
      this.writeByte((rest % DIGITS) + DIGITS);
      rest = Math.floor(rest / DIGITS);
    }
    this.writeByte(rest);
  }

  private writeByte(byte: number): void {
    if (this.length === this.bytes.length) this.grow();
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  private grow(): void {
    const larger = new Uint8Array(this.length + Math.max(FIRST_BYTES, Math.min(this.length, MORE_BYTES)));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

class ByteReader implements SlotReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  next(): number {
    let byte = this.bytes[this.at++]!;
    let value = byte % DIGITS;
    for (let place = DIGITS; byte >= DIGITS; place *= DIGITS) {
      byte = this.bytes[this.at++]!;
      value += (byte % DIGITS) * place;
    }
    return value;
  }
}

keepShapes(new ByteReader(NO_BYTES));

/** Bytes that are copied at a time. */
export const WORD_BYTES = 8;

/** A piece of text that is written again and again: in UTF-8, and with room after it, so that it is copied in whole words. */
export class Fragment {
  readonly length: number;
  readonly words: DataView;

  constructor(text: string) {
    this.length = Buffer.byteLength(text);
    const bytes = Buffer.alloc(this.length + WORD_BYTES);
    bytes.write(text);
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

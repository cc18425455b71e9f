/**
 * Bytes that are copied at a time. Pieces of a text are so short that a call into Node costs more than the copying, and byte
 * by byte a scrape takes 2.4 times as long.
 */
const WORD_BYTES = 8;

/** Room that source and target must have behind what is copied; what is copied too much is overwritten by what follows. */
export const COPY_MARGIN = WORD_BYTES;

export function wordsOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

/**
 * A word is a float because V8 copies no larger one without making an object of it. No text in UTF-8 has the bytes of one
 * that is no number, which might be changed by copying: its last two would be F0 7F or beyond. Where bytes behind the text
 * make it one, V8 sets a bit in the last two at most, which are not of the text either.
 */
export function copyWords(source: DataView, from: number, target: DataView, to: number, length: number): void {
  for (let index = 0; index < length; index += WORD_BYTES) {
    target.setFloat64(to + index, source.getFloat64(from + index, true), true);
  }
}

/** Each body is kept until its last reader has it. Ten thousand agent-tool pairs have a text of about 25 MB. */
const MAX_BYTES = 104_857_600;

/** Those who read the same body share it, but not what it takes to compress and to send it. */
const MAX_READERS = 64;

/**
 * The answers of megabytes that clients are reading. Together they take so much memory and no more, however slowly the
 * clients read. Counted in bytes, since small answers must leave room for the next scraper where slow ones hold some.
 */
export class LongAnswers {
  /** How many read each body. */
  private readonly readers = new Map<readonly Buffer[], number>();
  private readerCount = 0;
  private keptBytes = 0;

  /** Whether one more may be sent; if so, it counts until `ended` aborts. */
  admit(body: readonly Buffer[], ended: AbortSignal): boolean {
    if (this.readerCount >= MAX_READERS || !this.hasRoomFor(body)) return false;
    const readers = this.readers.get(body) ?? 0;
    if (readers === 0) this.keptBytes += bytesOf(body);
    this.readers.set(body, readers + 1);
    this.readerCount += 1;
    ended.addEventListener('abort', () => this.release(body));
    return true;
  }

  /** Also for a body that is longer than all may be, where it is the only one. */
  private hasRoomFor(body: readonly Buffer[]): boolean {
    return this.readers.has(body) || this.readers.size === 0 || this.keptBytes + bytesOf(body) <= MAX_BYTES;
  }

  private release(body: readonly Buffer[]): void {
    const readers = this.readers.get(body)! - 1;
    this.readerCount -= 1;
    if (readers > 0) this.readers.set(body, readers);
    else {
      this.readers.delete(body);
      this.keptBytes -= bytesOf(body);
    }
  }
}

export function bytesOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

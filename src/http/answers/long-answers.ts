/** Each body is kept until its last reader has it. Ten thousand agent-tool pairs have a text of about 25 MB: four of them. */
const MAX_BYTES = 104_857_600;

/** Those who read the same body share it, but not what it takes to compress and to send it. */
const MAX_READERS = 64;

/**
 * The answers of megabytes that clients are reading. Together they take so much memory and no more, however slowly the
 * clients read. Counted in bytes, since small answers must leave room for the next scraper where slow ones hold some.
 */
export class LongAnswers {
  private readonly readers = new Map<readonly Buffer[], number>();
  private bytes = 0;
  private all = 0;

  /** Whether one more may be sent; if so, it counts until `ended` aborts. A body that is too long alone is sent to one at a time. */
  admit(body: readonly Buffer[], ended: AbortSignal): boolean {
    const readers = this.readers.get(body) ?? 0;
    const more = readers === 0 ? bytesOf(body) : 0;
    if (this.all >= MAX_READERS || (more > 0 && this.bytes > 0 && this.bytes + more > MAX_BYTES)) return false;
    this.readers.set(body, readers + 1);
    this.bytes += more;
    this.all += 1;
    ended.addEventListener('abort', () => this.release(body));
    return true;
  }

  private release(body: readonly Buffer[]): void {
    const readers = this.readers.get(body)! - 1;
    this.all -= 1;
    if (readers > 0) this.readers.set(body, readers);
    else {
      this.readers.delete(body);
      this.bytes -= bytesOf(body);
    }
  }
}

export function bytesOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Each is kept until its last reader has it. Ten thousand agent-tool pairs have a text of about 25 MB. */
const MAX_BODIES = 4;

/** Those who read the same body share it, but not what it takes to compress and to send it. */
const MAX_READERS = 32;

/** The answers of megabytes that clients are reading. There are so many and no more, however slowly they read. */
export class LongAnswers {
  private readonly readers = new Map<readonly Buffer[], number>();

  /** Whether one more may be sent; if so, it counts until `ended` aborts. */
  admit(body: readonly Buffer[], ended: AbortSignal): boolean {
    const readers = this.readers.get(body) ?? 0;
    const all = [...this.readers.values()].reduce((sum, some) => sum + some, 0);
    if (all >= MAX_READERS || (readers === 0 && this.readers.size >= MAX_BODIES)) return false;
    this.readers.set(body, readers + 1);
    ended.addEventListener('abort', () => this.release(body));
    return true;
  }

  private release(body: readonly Buffer[]): void {
    const readers = this.readers.get(body)! - 1;
    if (readers > 0) this.readers.set(body, readers);
    else this.readers.delete(body);
  }
}

/** How many different calls of one agent execution are remembered, at some 70 bytes each. */
const MOST_CALLS = 10_000;

/** Which tool calls one agent execution has made, by the hash of their name and arguments. */
export class MadeCalls {
  /** How often each. */
  private readonly times = new Map<bigint, number>();

  /** Whether it has been made, as far as that is known. */
  has(hash: bigint): boolean {
    return this.times.has(hash);
  }

  /** @returns whether it has been made before, as far as that is known */
  add(hash: bigint): boolean {
    const before = this.times.get(hash);
    if (before === undefined && this.times.size >= MOST_CALLS) return false;
    this.times.set(hash, (before ?? 0) + 1);
    return before !== undefined;
  }

  /** It has not begun after all. */
  takeBack(hash: bigint): void {
    const times = this.times.get(hash);
    if (times === 1) this.times.delete(hash);
    else if (times !== undefined) this.times.set(hash, times - 1);
  }
}

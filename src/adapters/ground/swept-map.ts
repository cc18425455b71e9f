/** How many entries are kept before the first sweep. */
const FIRST_SWEEP = 64;

/**
 * What an adapter knows by an SDK's own ids. If a stream is left, the SDK may never say that the call has ended:
 * such entries are swept out as the map grows, so that it stays in proportion to what runs.
 */
export class SweptMap<Value> {
  private readonly values = new Map<string, Value>();
  private nextSweep = FIRST_SWEEP;

  constructor(private readonly isOver: (value: Value) => boolean) {}

  get(id: string | undefined): Value | undefined {
    return id === undefined ? undefined : this.values.get(id);
  }

  has(id: string): boolean {
    return this.values.has(id);
  }

  set(id: string, value: Value): void {
    if (this.values.size >= this.nextSweep) this.sweep();
    this.values.set(id, value);
  }

  take(id: string): Value | undefined {
    const value = this.values.get(id);
    this.values.delete(id);
    return value;
  }

  private sweep(): void {
    for (const [id, value] of this.values) if (this.isOver(value)) this.values.delete(id);
    this.nextSweep = Math.max(FIRST_SWEEP, 2 * this.values.size);
  }
}

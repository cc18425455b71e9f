import { setImmediate } from 'node:timers/promises';

/** How long it keeps the event loop at a time. */
const SLICE_MS = 5;

/** Work of many steps that lets others run in between. */
export class SlicedWork {
  private sliceEnd = performance.now() + SLICE_MS;

  constructor(private readonly signal?: AbortSignal) {}

  /** @throws when the signal aborts */
  async run(steps: Iterable<void>): Promise<void> {
    const iterator = steps[Symbol.iterator]();
    while (!iterator.next().done) if (performance.now() >= this.sliceEnd) await this.giveWay();
  }

  private async giveWay(): Promise<void> {
    await setImmediate();
    this.signal?.throwIfAborted();
    this.sliceEnd = performance.now() + SLICE_MS;
  }
}

const SAMPLE_INTERVAL_MS = 1_000;

/** Bytes, now and at most. */
export interface MemoryReading {
  readonly bytes: number;
  readonly maxBytes: number;
}

/**
 * The process's resident memory and its peak. Read at every look and once a second in between, so that a peak between
 * two scrapes is not missed by much. A reading from elsewhere takes over for good: own samples would overwrite it.
 */
export class MemorySampler {
  private current = 0;
  private peak = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(sampleProcess: boolean) {
    if (!sampleProcess) return;
    this.timer = setInterval(() => this.sample(), SAMPLE_INTERVAL_MS).unref();
    this.sample();
  }

  read(): MemoryReading {
    if (this.timer !== undefined) this.sample();
    return { bytes: this.current, maxBytes: this.peak };
  }

  update(bytes: number): void {
    if (this.timer !== undefined) {
      this.close();
      this.peak = 0;
    }
    this.take(bytes);
  }

  reset(): void {
    this.peak = 0;
    this.current = 0;
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private sample(): void {
    this.take(process.memoryUsage.rss());
  }

  private take(bytes: number): void {
    this.current = bytes;
    this.peak = Math.max(this.peak, bytes);
  }
}

const SAMPLE_INTERVAL_MS = 1_000;

/** Bytes, now and at most. */
export interface MemoryReading {
  readonly bytes: number;
  readonly maxBytes: number;
}

/**
 * The process's resident memory and its peak. Read at every look and, between `start` and `close`, once a second, so that
 * a peak between two scrapes is not missed by much. A reading from elsewhere takes over for good: own samples would
 * overwrite it.
 */
export class MemorySampler {
  private current = 0;
  private peak = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param onReading hears of every reading */
  constructor(
    private samplesProcess: boolean,
    private onReading: (bytes: number) => void,
  ) {
    if (samplesProcess) this.sample();
  }

  start(): void {
    if (this.samplesProcess) this.timer = setInterval(() => this.sample(), SAMPLE_INTERVAL_MS).unref();
  }

  read(): MemoryReading {
    if (this.samplesProcess) this.sample();
    return { bytes: this.current, maxBytes: this.peak };
  }

  update(bytes: number): void {
    if (this.samplesProcess) {
      this.stop();
      this.peak = 0;
    }
    this.take(bytes);
  }

  reset(): void {
    this.peak = 0;
    this.current = 0;
    if (this.samplesProcess) this.sample();
  }

  /** Other code may keep the timer and its callback, which must not keep what was collected. */
  close(): void {
    this.stop();
    this.onReading = () => {};
  }

  private stop(): void {
    this.samplesProcess = false;
    clearInterval(this.timer);
  }

  private sample(): void {
    this.take(process.memoryUsage.rss());
  }

  private take(bytes: number): void {
    this.current = bytes;
    this.peak = Math.max(this.peak, bytes);
    this.onReading(bytes);
  }
}

import type { MetricsCollector } from '../index';

interface Reading {
  readonly uptimeSeconds: number;
  readonly costUsd: number;
}

/** How many readings within a window are worth keeping. */
const READINGS_PER_WINDOW = 60;

/**
 * What models have cost within the last `windowSeconds`. The collector knows only the sum since the start, so this one
 * keeps readings of it: the more often it is asked, the more exact it is.
 */
export class CostMeter {
  /** The first one is as old as the window, or as the application. */
  private readings: Reading[] = [];
  private startTimeMs: number | undefined;

  constructor(
    private readonly metrics: MetricsCollector,
    private readonly windowSeconds: number,
    private readonly agent: string | undefined,
  ) {}

  /** US dollars. */
  read(): number {
    const { startTime, uptimeSeconds, tokenUsage } = this.metrics.getSystemMetrics();
    const usage = this.agent === undefined ? tokenUsage : this.metrics.getAgentMetrics(this.agent)?.tokenUsage;
    const now = { uptimeSeconds, costUsd: usage?.costUsd ?? 0 };
    if (startTime.getTime() !== this.startTimeMs) this.restart(startTime.getTime());
    this.forgetBefore(uptimeSeconds - this.windowSeconds);
    this.keep(now);
    return now.costUsd - this.readings[0]!.costUsd;
  }

  /** At the start and at every reset nothing has cost anything yet. */
  private restart(startTimeMs: number): void {
    this.startTimeMs = startTimeMs;
    this.readings = [{ uptimeSeconds: 0, costUsd: 0 }];
  }

  private forgetBefore(uptimeSeconds: number): void {
    while (this.readings.length > 1 && this.readings[1]!.uptimeSeconds <= uptimeSeconds) this.readings.shift();
  }

  private keep(reading: Reading): void {
    const elapsed = reading.uptimeSeconds - this.readings.at(-1)!.uptimeSeconds;
    if (elapsed >= this.windowSeconds / READINGS_PER_WINDOW) this.readings.push(reading);
  }
}

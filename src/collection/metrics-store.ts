import type { Clock } from './clock';
import type { ExecutionPublisher } from './executions/execution-publisher';
import type { FinishedExecution } from './executions/finished-execution';
import { type LedgerSettings, Ledger } from './ledger';
import { MemorySampler } from './memory-sampler';
import type { PriceList } from './models/model-pricing';
import { DeclaredNames } from './series/declared-names';
import { AgentSeries, ToolSeries, type ModelSeries } from './series/execution-series';

export interface MetricsStoreSettings extends LedgerSettings {
  readonly enabled: boolean;
  readonly recordMemory: boolean;
}

/** Where an execution is counted. */
export type CountedSeries = AgentSeries | ToolSeries | ModelSeries;

/** What one application has collected. The tracker and the public collector write to it, exporters read it. */
export class MetricsStore {
  readonly names = new DeclaredNames();
  readonly memory: MemorySampler;
  enabled: boolean;
  private current: Ledger;
  private lastSerial = 0;

  constructor(
    private readonly settings: MetricsStoreSettings,
    readonly clock: Clock,
    /** Marks this application's execution ids among those of other processes. */
    readonly instanceId: string,
    readonly prices: PriceList,
    private readonly publisher: ExecutionPublisher,
  ) {
    this.enabled = settings.enabled;
    this.memory = new MemorySampler(settings.recordMemory);
    this.current = this.newLedger();
  }

  get ledger(): Ledger {
    return this.current;
  }

  nextSerial(): number {
    return (this.lastSerial += 1);
  }

  /** Counts an execution. `endedAt` is when it ended on the clock's scale. */
  add(entry: FinishedExecution, ledger: Ledger, series: CountedSeries, endedAt: number): void {
    const second = Math.floor(endedAt / 1_000);
    if (series instanceof ToolSeries) ledger.addToolExecution(entry, series, second);
    else if (series instanceof AgentSeries) ledger.addAgentExecution(entry, series, second);
    else ledger.addModelCall(entry, series);
    // Listeners hear of an execution that a reset has outlived, too: it was worked and paid for.
    this.publisher.publish(entry, this.instanceId);
  }

  /** Remembers that something has been recorded, in milliseconds since 1970. */
  touch(time = this.clock.wallTime()): void {
    this.current.lastUpdated = time;
  }

  reset(): void {
    this.memory.reset();
    this.current = this.newLedger();
  }

  close(): void {
    this.memory.close();
  }

  private newLedger(): Ledger {
    return new Ledger(this.clock.wallTime(), this.settings, this.names);
  }
}

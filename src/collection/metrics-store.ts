import type { Clock } from './clock';
import { DeclaredNames } from './declared-names';
import type { FinishedExecution } from './finished-execution';
import type { LedgerSettings } from './ledger';
import { Ledger } from './ledger';
import { MemorySampler } from './memory-sampler';

export interface MetricsStoreSettings extends LedgerSettings {
  readonly enabled: boolean;
  readonly recordMemory: boolean;
}

/** What one application has collected. The tracker and the public collector write to it, exporters read it. */
export class MetricsStore {
  readonly names = new DeclaredNames();
  readonly memory: MemorySampler;
  enabled: boolean;
  private current: Ledger;
  private lastId = 0;

  constructor(
    readonly settings: MetricsStoreSettings,
    readonly clock: Clock,
    /** Marks this application's execution ids among those of other processes. */
    readonly instanceId: string,
  ) {
    this.enabled = settings.enabled;
    this.memory = new MemorySampler(settings.recordMemory);
    this.current = this.newLedger();
  }

  get ledger(): Ledger {
    return this.current;
  }

  nextId(): number {
    return (this.lastId += 1);
  }

  /** Counts an execution under its own names, which a tracked one has looked up at its start already. */
  addExecution(execution: FinishedExecution): void {
    const { ledger } = this;
    if (execution.kind === 'agent') ledger.addAgentExecution(execution, ledger.agentSeries(execution.agentId!));
    else ledger.addToolExecution(execution, ledger.toolSeries(execution.agentId, execution.toolName!));
    this.touch();
  }

  touch(): void {
    this.current.lastUpdated = this.clock.wallTime();
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

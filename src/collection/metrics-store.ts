import { BudgetBook } from './budgets/budget-book';
import type { Clock } from './clock';
import type { ExecutionPublisher } from './executions/execution-publisher';
import { Ledger, type LedgerSettings } from './ledger';
import { MemorySampler } from './memory-sampler';
import { PriceList } from './models/model-pricing';
import { DeclaredNames } from './series/declared-names';

export interface MetricsStoreSettings extends LedgerSettings {
  readonly enabled: boolean;
  readonly recordMemory: boolean;
}

const ignore = (): void => {};

const NOTHING = {
  enabled: false,
  recordMemory: false,
  historySize: 0,
  requestHistory: false,
  maxSeries: 0,
  breakdown: undefined,
  onFirstDrop: ignore,
} as const;

/** What one application has collected. The tracker and the public collector write to it, exporters read it. */
export class MetricsStore {
  readonly names = new DeclaredNames();
  readonly memory: MemorySampler;
  enabled: boolean;
  /** The present one; each reset brings another. */
  ledger: Ledger;
  /** Serial of the newest execution. To begin one, add 1 and take the result. */
  lastSerial = 0;

  constructor(
    private readonly settings: MetricsStoreSettings,
    readonly clock: Clock,
    /** Marks this application's execution ids among those of other processes. */
    readonly instanceId: string,
    readonly prices: PriceList,
    readonly publisher: ExecutionPublisher,
    /** A reset keeps them: what was spent stays spent. */
    readonly budgets: BudgetBook,
  ) {
    this.enabled = settings.enabled;
    this.ledger = this.newLedger();
    this.memory = new MemorySampler(settings.recordMemory, (bytes) => this.ledger.addMemory(bytes));
  }

  /** What requests are broken down by; undefined where they are not. */
  get breakdownBy(): string | undefined {
    return this.settings.breakdown?.by;
  }

  reset(): void {
    this.ledger = this.newLedger();
    this.memory.reset();
  }

  /** Begins what goes on by itself. */
  start(): void {
    this.memory.start();
  }

  close(): void {
    this.memory.close();
  }

  /** One with the same clock and ids that will collect nothing, for executions that outlive the application. */
  createEmpty(): MetricsStore {
    const settings = { ...this.settings, ...NOTHING };
    const prices = new PriceList({}, { onFault: ignore, onUnknown: ignore });
    const budgets = new BudgetBook([], undefined, { clock: this.clock, warn: ignore, report: ignore });
    const publisher = this.publisher.silenced();
    const store = new MetricsStore(settings, this.clock, this.instanceId, prices, publisher, budgets);
    store.lastSerial = this.lastSerial;
    return store;
  }

  private newLedger(): Ledger {
    return new Ledger(this.settings, this);
  }
}

import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { register as globalRegistry, Registry } from 'prom-client';
import { BudgetBook } from '../collection/budgets/budget-book';
import { ReliableClock, type Clock } from '../collection/clock';
import type { RunningExecution } from '../collection/executions/execution';
import { ExecutionPublisher } from '../collection/executions/execution-publisher';
import { MetricsCollector } from '../collection/metrics-collector';
import type { MetricsStore } from '../collection/metrics-store';
import { PriceList } from '../collection/models/model-pricing';
import { openReading } from '../collection/reading/reading.door';
import type { BreakdownSettings } from '../collection/series/breakdown-table';
import { BucketBounds } from '../collection/series/histogram';
import type { LimitedFamily } from '../collection/series/series-limit';
import { openStore } from '../collection/store.door';
import { closeReadable, makeReadable } from '../export/families/readable-application';
import type { ClientRegistry } from '../export/prom-client/client-registry';
import type { MachineMember, ServePart } from '../machine/machine-member';
import { openMachine } from '../machine/machine.door';
import { ApplicationTracking } from '../tracking/application-tracking';
import { FaultLog } from '../tracking/fault-log';
import type { ApplicationLink } from '../tracking/linking/application-link';
import { VERSION } from '../version';
import type { ApplicationExport } from './application-export';
import { openExport } from './export.door';
import type { ResolvedMetricsOptions } from './metrics.options';

/** The four rooms of one Nest application, put together: what tracks, what collects, what exports. */
export class MetricsApplication {
  readonly faults = new FaultLog(new Logger('MetricsModule'));
  readonly store: MetricsStore;
  readonly collector: MetricsCollector;
  /** What writes its numbers out. */
  readonly export: ApplicationExport;
  private readonly tracking: ApplicationTracking;
  private readonly registry: ClientRegistry;
  private unregister: (() => void) | undefined;
  /** Undefined where each process answers for itself. */
  readonly member: MachineMember | undefined;

  constructor(
    private readonly options: ResolvedMetricsOptions,
    clock: Clock,
    private readonly link: ApplicationLink,
  ) {
    this.registry = options.registry ?? new Registry();
    this.store = this.createStore(clock);
    this.tracking = new ApplicationTracking(this.store, this.faults, options);
    this.collector = this.createCollector();
    this.member = this.createMember();
    this.export = this.createExport();
    // A registry of our own reaches no further than this object does.
    if (options.registry === undefined) this.unregister = this.export.registerFamilies();
    makeReadable(this.export.readable, [this.tracking, this.collector]);
    link.open(this.tracking);
  }

  /** Other processes of the machine may ask this one from now on. @throws an error that says what to change */
  async join(serve: ServePart): Promise<void> {
    if (this.link.closed || this.member === undefined) return;
    await this.member.join(serve);
    this.export.forgetExporters();
  }

  /** The application has started: begins what reaches beyond this object, which one that fails to start would leave. */
  start(): void {
    if (this.link.closed) return;
    if (this.options.registry !== undefined) this.unregister = this.export.registerFamilies();
    this.store.start();
    this.link.start();
  }

  /** Ends what runs and takes back everything that reaches beyond this object. Reading goes on working. */
  async close(): Promise<void> {
    this.link.close();
    this.tracking.close();
    closeReadable(this.export.readable, this.tracking);
    this.store.close();
    this.unregister?.();
    await this.member?.leave();
    // After the executions, which settle what they have reserved.
    await this.store.budgets.close();
  }

  /** As the collector reads them, but one by one. */
  beginRunning(): Iterable<RunningExecution> {
    const { momentOf, toRunningExecutions } = openReading();
    return toRunningExecutions(this.tracking.listOpen(), momentOf(this.store));
  }

  /** A family cannot be exposed beside another. */
  warnOfMixedFamily(name: string): void {
    this.faults.warnOnce(
      `mixed:${name}`,
      `Processes of this machine define the metric ${name} differently; the definition of the first is exposed. Restart ` +
        'the others, or rename their metric.',
    );
  }

  private createStore(clock: Clock): MetricsStore {
    const { buckets, enabled, recordMemory, historySize, requestHistory, maxSeries, breakdown } = this.options;
    const settings = {
      enabled,
      recordMemory,
      historySize,
      requestHistory,
      maxSeries,
      breakdown: breakdown && breakdownSettings(breakdown, this.faults),
      buckets: {
        request: new BucketBounds(buckets.request),
        agent: new BucketBounds(buckets.agent),
        tool: new BucketBounds(buckets.tool),
        model: new BucketBounds(buckets.model),
        firstChunk: new BucketBounds(buckets.firstChunk),
      },
      onFirstDrop: (family: LimitedFamily) => this.warnOfDrop(family),
    };
    const instanceId = randomBytes(6).toString('hex');
    const names = { instanceId, breakdownBy: breakdown?.by };
    const publisher = new ExecutionPublisher(this.options.onExecution, openReading().executionReader(names), (fault) =>
      this.faults.report('onExecution', fault),
    );
    const prices = this.createPriceList();
    const reliable = reliableClock(clock, this.faults);
    const { MetricsStore } = openStore();
    const budgets = createBudgets(this.options, reliable, this.faults);
    return new MetricsStore(settings, reliable, instanceId, prices, publisher, budgets);
  }

  private createCollector(): MetricsCollector {
    return new MetricsCollector(this.store, {
      strict: this.options.strict,
      // Typed as who gives none gets it.
      registry: this.registry as Registry,
      tracked: this.tracking,
      warnOnce: (kind, message) => this.faults.warnOnce(kind, message),
      report: (where, fault) => this.faults.report(where, fault),
      export: (format) => this.export.text(format),
    });
  }

  private createExport(): ApplicationExport {
    const { options, store, tracking, faults, registry } = this;
    const { ApplicationExport } = openExport();
    const worker = () => this.member?.worker;
    return new ApplicationExport({ options, store, tracking, faults, registry, globalRegistry, worker });
  }

  private createPriceList(): PriceList {
    const { pricing } = this.options;
    // Who gives no prices at all does not want to hear of each model that lacks one.
    const isPriced = typeof pricing === 'function' || Object.keys(pricing).length > 0;
    return new PriceList(pricing, {
      onFault: (fault) => this.faults.report('pricing', fault),
      onUnknown: (model) => {
        if (isPriced)
          this.faults.warnOnce(`price:${model}`, `The model ${JSON.stringify(model)} has no price (option "pricing").`);
      },
    });
  }

  private createMember(): MachineMember | undefined {
    const { processes, prefix } = this.options;
    if (processes === 'own') return undefined;
    const { application, directory } = processes;
    const instance = { id: this.store.instanceId, version: VERSION };
    const { MachineMember } = openMachine();
    return new MachineMember({ application, directory, prefix, instance });
  }

  private warnOfDrop(family: LimitedFamily): void {
    const name = `${this.options.prefix}_${family}`;
    this.faults.warnOnce(
      `drop:${family}`,
      `${name} has reached the limit of ${this.options.maxSeries} combinations of names (option "maxSeries"); ` +
        'new ones are counted as "__other__".',
    );
  }
}

// What follows is made apart: an execution that is kept has it for ever, and it must not keep the application.

function reliableClock(clock: Clock, faults: FaultLog): Clock {
  return new ReliableClock(clock, (fault) => faults.report('clock', fault));
}

function createBudgets(
  { budgets, budgetStore }: Pick<ResolvedMetricsOptions, 'budgets' | 'budgetStore'>,
  clock: Clock,
  faults: FaultLog,
): BudgetBook {
  return new BudgetBook(budgets, budgetStore, {
    clock,
    warn: (message) => faults.warn(message),
    report: (where, fault) => faults.report(where, fault),
  });
}

function breakdownSettings(
  { by, maxValues }: Pick<BreakdownSettings, 'by' | 'maxValues'>,
  faults: FaultLog,
): BreakdownSettings {
  const onFull = () =>
    faults.warnOnce(
      'drop:breakdown',
      `The breakdown by "${by}" has reached the limit of ${maxValues} values (option "breakdown.maxValues"); new ones are ` +
        'counted as "__other__".',
    );
  return { by, maxValues, onFull };
}

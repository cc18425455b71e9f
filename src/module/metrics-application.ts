import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { register as globalRegistry, Registry } from 'prom-client';
import { BudgetBook } from '../collection/budgets/budget-book';
import { ReliableClock, type Clock } from '../collection/clock';
import type { RunningExecution } from '../collection/executions/execution';
import { ExecutionPublisher } from '../collection/executions/execution-publisher';
import type { ExportFormat } from '../collection/export-format';
import { MetricsCollector } from '../collection/metrics-collector';
import { MetricsStore } from '../collection/metrics-store';
import { executionReader, momentOf, toRunningExecutions } from '../collection/reading/execution.reader';
import { PriceList } from '../collection/models/model-pricing';
import type { BreakdownSettings } from '../collection/series/breakdown-table';
import { BucketBounds } from '../collection/series/histogram';
import type { LimitedFamily } from '../collection/series/series-limit';
import type { ExpositionFormat } from '../export/exposition/exposition';
import { MetricReads } from '../export/exposition/metric-reads';
import { PrometheusExporter, type ScrapeLimits } from '../export/exposition/prometheus.exporter';
import { exposedFamilies } from '../export/families/exposed-families';
import type { MetricFamily } from '../export/families/metric-families';
import { writeJson } from '../export/json/json.exporter';
import type { ClientRegistry } from '../export/prom-client/client-registry';
import { processMetrics } from '../export/prom-client/process-metrics';
import { BridgedMetric, register } from '../export/prom-client/prom-client.bridge';
import { SharedScrape } from '../export/prom-client/shared-scrape';
import { successorRegistries } from '../export/prom-client/successor-registries';
import { SlicedWork } from '../export/text/sliced-work';
import { TextBuffer } from '../export/text/text-buffer';
import { BytesSink, StringSink, type TextSink } from '../export/text/text-sink';
import { ApplicationTracking } from '../tracking/application-tracking';
import { FaultLog } from '../tracking/fault-log';
import type { ApplicationLink } from '../tracking/linking/application-link';
import type { ResolvedMetricsOptions } from './metrics.options';

/** The four rooms of one Nest application, put together: what tracks, what collects, what exports. */
export class MetricsApplication {
  readonly faults = new FaultLog(new Logger('MetricsModule'));
  readonly store: MetricsStore;
  readonly collector: MetricsCollector;
  private readonly tracking: ApplicationTracking;
  private readonly registry: ClientRegistry;
  private readonly families: readonly MetricFamily[];
  /** Made by the first scrape in each format. */
  private readonly exporters: Partial<Record<ExpositionFormat, PrometheusExporter>> = {};
  private readonly reads: MetricReads;
  private unregister: (() => void) | undefined;

  constructor(
    private readonly options: ResolvedMetricsOptions,
    clock: Clock,
    private readonly link: ApplicationLink,
  ) {
    this.registry = options.registry ?? new Registry();
    this.families = exposedFamilies(options.breakdown?.by);
    this.store = this.createStore(clock);
    this.reads = new MetricReads(this.store.clock);
    this.tracking = new ApplicationTracking(this.store, this.faults, options);
    this.collector = this.createCollector();
    // A registry of our own reaches no further than this object does.
    if (options.registry === undefined) this.registerFamilies();
    link.open(this.tracking);
  }

  /** The application has started: begins what reaches beyond this object, which one that fails to start would leave. */
  start(): void {
    if (this.link.closed) return;
    if (this.options.registry !== undefined) this.registerFamilies();
    this.store.start();
    this.link.start();
  }

  /** Ends what runs and takes back everything that reaches beyond this object. Reading goes on working. */
  async close(): Promise<void> {
    this.link.close();
    this.tracking.close();
    this.store.close();
    this.unregister?.();
    // After the executions, which settle what they have reserved.
    await this.store.budgets.close();
  }

  /** As the collector reads them, but one by one. */
  beginRunning(): Iterable<RunningExecution> {
    return toRunningExecutions(this.tracking.listOpen(), momentOf(this.store));
  }

  /** One of the three formats, in pieces. @throws when the signal of `limits` aborts while a text is being written */
  async export(format: ExportFormat, limits?: ScrapeLimits): Promise<readonly Buffer[]> {
    const sink = new BytesSink();
    // What it waits for, a metric of the user's say, may never come, and would keep what is written so far.
    limits?.signal?.addEventListener('abort', () => sink.pieces.splice(0));
    await this.write(format, sink, limits);
    return sink.pieces;
  }

  private async exportText(format: ExportFormat): Promise<string> {
    const sink = new StringSink();
    await this.write(format, sink);
    return sink.text;
  }

  private async write(format: ExportFormat, sink: TextSink, limits?: ScrapeLimits): Promise<void> {
    const out = new TextBuffer(sink);
    if (format === 'json') await writeJson(this.store, out, new SlicedWork(limits?.signal));
    else await this.writeExposition(out, format, limits);
    out.flush();
  }

  private createStore(clock: Clock): MetricsStore {
    const { buckets, enabled, recordMemory, historySize, requestHistory, maxSeries, breakdown } = this.options;
    const settings = {
      enabled,
      recordMemory,
      historySize,
      requestHistory,
      maxSeries,
      breakdown: breakdown && { ...breakdown, onFull: () => this.warnOfFullBreakdown(breakdown) },
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
    const publisher = new ExecutionPublisher(this.options.onExecution, executionReader(names), (fault) =>
      this.faults.report('onExecution', fault),
    );
    const prices = this.createPriceList();
    const reliable = reliableClock(clock, this.faults);
    return new MetricsStore(settings, reliable, instanceId, prices, publisher, this.createBudgets(reliable));
  }

  private createBudgets(clock: Clock): BudgetBook {
    const { budgets, budgetStore } = this.options;
    return new BudgetBook(budgets, budgetStore, {
      clock,
      warn: (message) => this.faults.warn(message),
      report: (where, fault) => this.faults.report(where, fault),
    });
  }

  private createCollector(): MetricsCollector {
    return new MetricsCollector(this.store, {
      strict: this.options.strict,
      // Typed as who gives none gets it.
      registry: this.registry as Registry,
      tracked: this.tracking,
      warnOnce: (kind, message) => this.faults.warnOnce(kind, message),
      report: (where, fault) => this.faults.report(where, fault),
      export: (format) => this.exportText(format),
    });
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

  private registerFamilies(): void {
    const { prefix, defaultLabels } = this.options;
    const scrape = new SharedScrape(this.scrapeSource);
    const metrics = this.families.map((family) => new BridgedMetric(family, scrape, prefix, defaultLabels));
    this.unregister = register(this.registry, metrics, (name) => this.warnOfClash(name));
  }

  private async writeExposition(out: TextBuffer, format: ExpositionFormat, limits?: ScrapeLimits): Promise<void> {
    const { defaultMetrics } = this.options;
    const sources = {
      families: this.scrapeSource,
      registries: [this.registry, globalRegistry, ...successorRegistries()],
      processMetrics: defaultMetrics ? processMetrics() : undefined,
      reads: this.reads,
      onClash: (name: string, other: string) => this.warnOfClash(name, other),
      onTimeout: (name: string, limitMs: number) => this.warnOfTimeout(name, limitMs),
      onFault: (name: string, fault: unknown) => this.faults.report(`collecting the metric ${name}`, fault),
    };
    await this.exporter(format).write(sources, out, limits);
  }

  private exporter(format: ExpositionFormat): PrometheusExporter {
    const { prefix, defaultLabels } = this.options;
    return (this.exporters[format] ??= new PrometheusExporter({ format, prefix, defaultLabels }, this.families));
  }

  private get scrapeSource() {
    const { store, tracking } = this;
    return {
      store,
      prefix: this.options.prefix,
      oldestAgesMs: () => tracking.oldestAgesMs(),
      pausedCounts: () => tracking.pausedCounts(),
      limitLabels: (agentId: string) => tracking.limitLabels(agentId),
      measuresRepeats: tracking.measuresRepeats,
    };
  }

  private warnOfDrop(family: LimitedFamily): void {
    const name = `${this.options.prefix}_${family}`;
    this.faults.warnOnce(
      `drop:${family}`,
      `${name} has reached the limit of ${this.options.maxSeries} combinations of names (option "maxSeries"); ` +
        'new ones are counted as "__other__".',
    );
  }

  private warnOfFullBreakdown({ by, maxValues }: Pick<BreakdownSettings, 'by' | 'maxValues'>): void {
    this.faults.warnOnce(
      'drop:breakdown',
      `The breakdown by "${by}" has reached the limit of ${maxValues} values (option "breakdown.maxValues"); new ones are ` +
        'counted as "__other__".',
    );
  }

  private warnOfTimeout(name: string, limitMs: number): void {
    this.faults.warnOnce(
      `timeout:${name}`,
      `The metric ${name} has not answered within ${limitMs} ms and is left out: its "collect" is still running. It is ` +
        'read again when that has ended. Further delays of this metric are not logged.',
    );
  }

  private warnOfClash(name: string, other = name): void {
    const problem =
      name === other
        ? `The metric ${name} is defined more than once; the first definition is exposed. Rename yours, or choose another "prefix".`
        : `The metric ${name} is left out, since ${other} has one of its names in this format. Rename one of them.`;
    this.faults.warnOnce('clash', `${problem} Further clashes are not logged.`);
  }
}

/** By itself: an execution that somebody keeps has the clock for ever, which must not keep the application. */
function reliableClock(clock: Clock, faults: FaultLog): Clock {
  return new ReliableClock(clock, (fault) => faults.report('clock', fault));
}

import type { ExportFormat } from '../collection/export-format';
import type { MetricsStore } from '../collection/metrics-store';
import type { ExpositionFormat } from '../export/exposition/exposition';
import { MetricReads } from '../export/exposition/metric-reads';
import { PrometheusExporter, type ScrapeLimits } from '../export/exposition/prometheus.exporter';
import { exposedFamilies } from '../export/families/exposed-families';
import type { ReadableApplication } from '../export/families/readable-application';
import type { ScrapeSource } from '../export/families/scrape';
import { documentSteps } from '../export/json/json.exporter';
import { writeInSlices } from '../export/json/json-slices';
import { StoreReading } from '../export/json/store-reading';
import { storePartSteps } from '../export/parts/store-part';
import type { ClientRegistry } from '../export/prom-client/client-registry';
import { processMetrics } from '../export/prom-client/process-metrics';
import { BridgedMetric, register } from '../export/prom-client/prom-client.bridge';
import { SharedScrape } from '../export/prom-client/shared-scrape';
import { successorRegistries } from '../export/prom-client/successor-registries';
import { SlicedWork } from '../export/text/sliced-work';
import { TextBuffer } from '../export/text/text-buffer';
import { BytesSink, StringSink, type TextSink } from '../export/text/text-sink';
import type { ApplicationTracking } from '../tracking/application-tracking';
import type { FaultLog } from '../tracking/fault-log';
import type { ResolvedMetricsOptions } from './metrics.options';

/** What an application exports. */
export interface ExportedApplication {
  readonly options: ResolvedMetricsOptions;
  readonly store: MetricsStore;
  readonly tracking: ApplicationTracking;
  readonly faults: FaultLog;
  /** Where its families are registered. */
  readonly registry: ClientRegistry;
  /** prom-client's own: what is registered there is exposed, too. */
  readonly globalRegistry: ClientRegistry;
  /** Its number among the processes of the machine, which it gets when it joins them. */
  readonly worker: () => number | undefined;
}

/** Writes an application's numbers out, in every format. */
export class ApplicationExport {
  /** For those who read the families by themselves. */
  readonly readable: ReadableApplication;
  /** Made by the first scrape in each format. */
  private exporters: Partial<Record<ExpositionFormat, PrometheusExporter>> = {};
  private readonly reads: MetricReads;
  /** Made by the first JSON: without any, V8 throws the code for readings away at each full collection. */
  private keptForItsShape: StoreReading | undefined;

  constructor(private readonly application: ExportedApplication) {
    const { store, tracking, faults, options } = application;
    this.reads = new MetricReads(store.clock);
    this.readable = {
      source: scrapeSourceOf(store, tracking, options.prefix),
      families: exposedFamilies(options.breakdown?.by),
      defaultLabels: options.defaultLabels,
      warnOnce: (kind, message) => faults.warnOnce(kind, message),
      report: (where, fault) => faults.report(where, fault),
    };
  }

  /** Registers the families in the registry, and says how to take them out again. */
  registerFamilies(): () => void {
    const { options, registry } = this.application;
    const { source, families } = this.readable;
    const scrape = new SharedScrape(source);
    const metrics = families.map((family) => new BridgedMetric(family, scrape, options.prefix, options.defaultLabels));
    return register(registry, metrics, (name) => this.warnOfClash(name));
  }

  /** Exporters made before the application had joined the other processes lack its number. */
  forgetExporters(): void {
    this.exporters = {};
  }

  /** One of the three formats, in pieces. @throws when the signal of `limits` aborts while a text is being written */
  async bytes(format: ExportFormat, limits?: ScrapeLimits): Promise<readonly Buffer[]> {
    const sink = new BytesSink();
    // What it waits for, a metric of the user's say, may never come, and would keep what is written so far.
    limits?.signal?.addEventListener('abort', () => sink.pieces.splice(0));
    await this.write(format, sink, limits);
    return sink.pieces;
  }

  async text(format: ExportFormat): Promise<string> {
    const sink = new StringSink();
    await this.write(format, sink);
    return sink.text;
  }

  /** What this process tells another that answers for both: the same text, or what the JSON is made of. */
  part(format: ExportFormat, limits: ScrapeLimits & { readonly signal: AbortSignal }): Promise<readonly Buffer[]> {
    if (format !== 'json') return this.bytes(format, limits);
    const reading = this.read();
    const { isShared } = this.application.store.budgets;
    return writeInSlices(limits.signal, (out) => storePartSteps(out, reading, isShared));
  }

  private async write(format: ExportFormat, sink: TextSink, limits?: ScrapeLimits): Promise<void> {
    const out = new TextBuffer(sink);
    if (format === 'json') await this.writeJson(out, limits?.signal);
    else await this.writeExposition(out, format, limits);
    out.flush();
  }

  private async writeJson(out: TextBuffer, signal?: AbortSignal): Promise<void> {
    const { instanceId } = this.application.store;
    await new SlicedWork(signal).run(documentSteps({ instanceId }, this.read(), out));
  }

  private read(): StoreReading {
    const { store } = this.application;
    this.keptForItsShape ??= new StoreReading(store.createEmpty());
    return new StoreReading(store);
  }

  private async writeExposition(out: TextBuffer, format: ExpositionFormat, limits?: ScrapeLimits): Promise<void> {
    const { options, faults, registry, globalRegistry } = this.application;
    const sources = {
      families: this.readable.source,
      registries: [registry, globalRegistry, ...successorRegistries()],
      processMetrics: options.defaultMetrics ? processMetrics() : undefined,
      reads: this.reads,
      onClash: (name: string, other: string) => this.warnOfClash(name, other),
      onTimeout: (name: string, limitMs: number) => this.warnOfTimeout(name, limitMs),
      onFault: (name: string, fault: unknown) => faults.report(`collecting the metric ${name}`, fault),
    };
    await this.exporter(format).write(sources, out, limits);
  }

  private exporter(format: ExpositionFormat): PrometheusExporter {
    const { prefix, defaultLabels } = this.application.options;
    const worker = this.application.worker()?.toString();
    const options = { format, prefix, defaultLabels, worker };
    return (this.exporters[format] ??= new PrometheusExporter(options, this.readable.families));
  }

  private warnOfTimeout(name: string, limitMs: number): void {
    this.application.faults.warnOnce(
      `timeout:${name}`,
      `The metric ${name} did not answer within ${limitMs} ms and is left out: its "collect" is still running. It is ` +
        'read again when that has ended. Further delays of this metric are not logged.',
    );
  }

  private warnOfClash(name: string, other = name): void {
    const problem =
      name === other
        ? `The metric ${name} is defined more than once; the first definition is exposed. Rename yours, or choose another "prefix".`
        : `The metric ${name} is left out, since ${other} has one of its names in this format. Rename one of them.`;
    this.application.faults.warnOnce('clash', `${problem} Further clashes are not logged.`);
  }
}

function scrapeSourceOf(store: MetricsStore, tracking: ApplicationTracking, prefix: string): ScrapeSource {
  return {
    store,
    prefix,
    oldestAgesMs: () => tracking.oldestAgesMs(),
    pausedCounts: () => tracking.pausedCounts(),
    limitLabels: (agentId: string) => tracking.limitLabels(agentId),
    measuresRepeats: tracking.measuresRepeats,
  };
}

import { BucketBounds } from '../../collection/series/histogram';
import { ExecutionSeries } from '../../collection/series/execution-series';
import { SeriesRows } from '../../collection/series/series-rows';
import { keepShapes } from '../../runtime/kept-shapes';
import { METRIC_FAMILIES, type MetricFamily } from '../families/metric-families';
import { ModelSums } from '../families/model-sums';
import { Scrape, type ScrapeSource } from '../families/scrape';
import { readSeries } from '../families/series-reading';
import { WORKERS_FAMILY } from '../families/workers-family';
import type { ClientRegistry } from '../prom-client/client-registry';
import { SlicedWork } from '../text/sliced-work';
import { TextBuffer } from '../text/text-buffer';
import { StringSink } from '../text/text-sink';
import { expositionEnd, type ExpositionOptions } from './exposition';
import { FamilyLines } from './family-lines';
import { FamilyNames } from './family-names';
import { FamilyWriter } from './family-writer';
import { LabelTexts } from './label-texts';
import type { ForeignMetric } from './foreign-metric';
import type { MetricReads, ReadOutcome } from './metric-reads';
import { exposable, foreignMetricsOf, withDefaultLabels, writeForeignMetric } from './registry.reader';

export interface ExpositionSources {
  readonly families: ScrapeSource;
  /** Registries with metrics of others, in the order in which they are written. */
  readonly registries: readonly ClientRegistry[];
  /** Written last, and without a word where a name is taken: a user who collects them too knows better. */
  readonly processMetrics: ClientRegistry | undefined;
  readonly reads: MetricReads;
  /** A metric is left out because another one has one of its names, or its own. */
  readonly onClash: (name: string, other: string) => void;
  readonly onFault: (name: string, fault: unknown) => void;
  /** A metric is left out because it has not answered in time. */
  readonly onTimeout: (name: string, limitMs: number) => void;
}

/** How long a scrape may take, and who wants it. */
export interface ScrapeLimits {
  /** Metrics of others that have not answered so long after the beginning are left out. @default 5,000 */
  readonly timeLimitMs?: number;
  /** Aborts when no client wants the text any more. */
  readonly signal?: AbortSignal;
}

const DEFAULT_LIMIT_MS = 5_000;

/** Writes the whole text in one format: our families, then the metrics of others. */
export class PrometheusExporter {
  private readonly names: FamilyNames;
  private readonly families;

  /** @param families ours, in the order in which they are written */
  constructor(
    private readonly options: ExpositionOptions,
    families: readonly MetricFamily[],
  ) {
    this.names = new FamilyNames(options.format);
    for (const { name, type } of families) this.names.claim(`${options.prefix}_${name}`, type);
    if (options.worker !== undefined) this.names.claim(`${options.prefix}_${WORKERS_FAMILY.name}`, WORKERS_FAMILY.type);
    this.families = families.map((family) => ({ family, lines: new FamilyLines(family, options) }));
  }

  /** @throws when the signal aborts */
  async write(sources: ExpositionSources, out: TextBuffer, limits: ScrapeLimits = {}): Promise<void> {
    const since = sources.reads.now();
    const work = new SlicedWork(limits.signal);
    await this.writeOwn(new Scrape(sources.families), out, work);
    await this.writeForeign(sources, out, work, since, limits);
    out.write(expositionEnd(this.options.format));
  }

  /** By itself, so that nothing of it is kept while metrics of others are waited for. */
  private async writeOwn(scrape: Scrape, out: TextBuffer, work: SlicedWork): Promise<void> {
    const labelTexts = new Map<string, LabelTexts>();
    await work.run(scrape.addModels());
    for (const { family, lines } of this.families) {
      const kind = family.labels.join();
      const texts = labelTexts.get(kind) ?? new LabelTexts(lines.labelStarts);
      labelTexts.set(kind, texts);
      await work.run(new FamilyWriter(lines, texts, out).write(family.read(scrape)));
    }
  }

  /** All are read at once, since the slowest decides how long it takes. */
  private async writeForeign(
    sources: ExpositionSources,
    out: TextBuffer,
    work: SlicedWork,
    since: number,
    { signal, timeLimitMs = DEFAULT_LIMIT_MS }: ScrapeLimits,
  ): Promise<void> {
    signal?.throwIfAborted();
    const begun = this.exposed(sources).map((metric) => ({ metric, read: sources.reads.begin(metric.metric) }));
    const reads = begun.map(({ read }) => read);
    await sources.reads.ended(reads, since, timeLimitMs, signal);
    for (const { metric, read } of begun) {
      signal?.throwIfAborted();
      try {
        if (read.outcome === undefined) sources.onTimeout(metric.name, timeLimitMs);
        else await this.writeMetric(metric, read.outcome, out, work);
      } catch (fault) {
        signal?.throwIfAborted();
        sources.onFault(metric.name, fault);
      }
    }
  }

  private exposed({ registries, processMetrics, onClash }: ExpositionSources): ForeignMetric[] {
    const all = [...new Set([...registries, processMetrics])].flatMap((registry) => registry ?? []);
    return exposable(all.flatMap(foreignMetricsOf), this.names.copy(), ({ registry, name }, other) => {
      if (registry !== processMetrics) onClash(name, other);
    });
  }

  private async writeMetric(
    metric: ForeignMetric,
    outcome: ReadOutcome,
    out: TextBuffer,
    work: SlicedWork,
  ): Promise<void> {
    if ('fault' in outcome) throw outcome.fault;
    const answer = await withDefaultLabels(metric.registry, outcome.value);
    await work.run(writeForeignMetric(metric, answer, this.options, out));
  }
}

/** A scrape's own, of which there are none between two scrapes. */
function keepShapesOfWriting(): void {
  const lines = new FamilyLines(METRIC_FAMILIES[0]!, { format: 'prometheus', prefix: '', defaultLabels: {} });
  const texts = new LabelTexts([]);
  const out = new TextBuffer(new StringSink());
  const series = new ExecutionSeries(new SeriesRows(new BucketBounds([])));
  const scrape = new Scrape({ store: {} } as ScrapeSource);
  keepShapes(scrape, new ModelSums([]), new SlicedWork());
  keepShapes(out, texts, new FamilyWriter(lines, texts, out), ...readSeries([series]));
}

keepShapesOfWriting();

import type { Registry } from 'prom-client';
import { BucketBounds } from '../../collection/series/duration-histogram';
import { ExecutionSeries, SeriesRows } from '../../collection/series/execution-series';
import { keepShapes } from '../../runtime/kept-shapes';
import { METRIC_FAMILIES } from '../families/metric-families';
import { Scrape, type ScrapeSource } from '../families/scrape';
import { readSeries } from '../families/series-reading';
import { TextBuffer } from '../text/text-buffer';
import { StringSink } from '../text/text-sink';
import { expositionEnd, type ExpositionOptions } from './exposition';
import { FamilyLines } from './family-lines';
import { FamilyWriter } from './family-writer';
import { LabelTexts } from './label-texts';
import { readForeignMetrics, writeForeignMetric } from './registry.reader';
import { SlicedWork } from './sliced-work';

export interface ExpositionSources {
  readonly families: ScrapeSource;
  /** Registries with metrics of others, in the order in which they are written. */
  readonly registries: readonly Registry[];
  /** Written last, and without a word where a name is taken: a user who collects them too knows better. */
  readonly processMetrics: Registry | undefined;
  readonly onClash: (name: string) => void;
  readonly onFault: (name: string, fault: unknown) => void;
}

/** Writes the whole text in one format: our families, then the metrics of others. The first definition of a name wins. */
export class PrometheusExporter {
  private readonly names: readonly string[];
  private readonly families;

  constructor(private readonly options: ExpositionOptions) {
    this.names = METRIC_FAMILIES.map(({ name }) => `${options.prefix}_${name}`);
    this.families = METRIC_FAMILIES.map((family) => ({ family, lines: new FamilyLines(family, options) }));
  }

  /** @throws when `signal` aborts: nobody wants the text any more */
  async write(sources: ExpositionSources, out: TextBuffer, signal?: AbortSignal): Promise<void> {
    const work = new SlicedWork(signal);
    await this.writeOwn(new Scrape(sources.families), out, work);
    await this.writeForeign(sources, out, work, signal);
    out.write(expositionEnd(this.options.format));
  }

  /** By itself, so that nothing of it is kept while metrics of others are waited for. */
  private async writeOwn(scrape: Scrape, out: TextBuffer, work: SlicedWork): Promise<void> {
    const labelTexts = new Map<string, LabelTexts>();
    for (const { family, lines } of this.families) {
      const kind = family.labels.join();
      const texts = labelTexts.get(kind) ?? new LabelTexts(lines.labelStarts);
      labelTexts.set(kind, texts);
      await work.run(new FamilyWriter(lines, texts, out).write(family.read(scrape)));
    }
  }

  private async writeForeign(
    { registries, processMetrics, onClash, onFault }: ExpositionSources,
    out: TextBuffer,
    work: SlicedWork,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const names = new Set(this.names);
    for (const registry of new Set([...registries, processMetrics])) {
      if (registry === undefined) continue;
      signal?.throwIfAborted();
      for (const metric of await readForeignMetrics(registry, onFault)) {
        if (!names.has(metric.name)) await work.run(writeForeignMetric(metric, this.options.format, out));
        else if (registry !== processMetrics) onClash(metric.name);
        names.add(metric.name);
      }
    }
  }
}

/** A scrape's own, of which there are none between two scrapes. */
function keepShapesOfWriting(): void {
  const lines = new FamilyLines(METRIC_FAMILIES[0]!, { format: 'prometheus', prefix: '', defaultLabels: {} });
  const texts = new LabelTexts([]);
  const out = new TextBuffer(new StringSink());
  const series = new ExecutionSeries(new SeriesRows(new BucketBounds([])));
  keepShapes(out, texts, new FamilyWriter(lines, texts, out), ...readSeries([series]));
}

keepShapesOfWriting();

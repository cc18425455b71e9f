import type { Registry } from 'prom-client';
import { expositionEnd } from './exposition';
import type { ExpositionOptions } from './exposition';
import { writeFamily } from './family-writer';
import { METRIC_FAMILIES, takeSnapshot } from './metric-families';
import type { FamilySource } from './metric-families';
import { readForeignMetrics, writeForeignMetric } from './registry.reader';
import { SlicedWork } from './sliced-work';
import type { TextBuffer } from './text-buffer';

export interface ExpositionSources {
  readonly families: FamilySource;
  /** Registries with metrics of others, in the order in which they are written. */
  readonly registries: readonly Registry[];
  /** Written last, and without a word where a name is taken: a user who collects them too knows better. */
  readonly processMetrics: Registry | undefined;
  readonly onClash: (name: string) => void;
  readonly onFault: (name: string, fault: unknown) => void;
}

/**
 * Writes the whole text: our families, then the metrics of others. The first definition of a name wins.
 *
 * @throws when `signal` aborts: nobody wants the text any more
 */
export async function exportExposition(
  sources: ExpositionSources,
  options: ExpositionOptions,
  out: TextBuffer,
  signal?: AbortSignal,
): Promise<void> {
  const scrape = new SlicedWork(signal);
  const names = new Set(METRIC_FAMILIES.map(({ name }) => `${options.prefix}_${name}`));
  for (const family of METRIC_FAMILIES) {
    await scrape.run(writeFamily(takeSnapshot(family, sources.families), options, out));
  }
  for (const registry of new Set([...sources.registries, sources.processMetrics])) {
    if (registry === undefined) continue;
    signal?.throwIfAborted();
    for (const metric of await readForeignMetrics(registry, sources.onFault)) {
      if (!names.has(metric.name)) await scrape.run(writeForeignMetric(metric, options.format, out));
      else if (registry !== sources.processMetrics) sources.onClash(metric.name);
      names.add(metric.name);
    }
  }
  out.write(expositionEnd(options.format));
}

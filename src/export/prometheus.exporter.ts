import { setImmediate } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { expositionEnd, writeFamily } from './exposition';
import type { ExpositionOptions } from './exposition';
import { METRIC_FAMILIES, takeSnapshot } from './metric-families';
import type { FamilySource } from './metric-families';
import { readForeignMetrics, writeForeignMetric } from './registry.reader';

/** How long a scrape keeps the event loop at a time. */
const SLICE_MS = 5;

/** Looking at the clock costs as much as writing a sample. */
const PIECES_PER_LOOK = 32;

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
 * The whole text: our families, then the metrics of others. The first definition of a name wins.
 *
 * @throws when `signal` aborts: nobody wants the text any more
 */
export async function exportExposition(
  sources: ExpositionSources,
  options: ExpositionOptions,
  signal?: AbortSignal,
): Promise<string> {
  const text = new SlicedText(signal);
  const names = new Set(METRIC_FAMILIES.map(({ name }) => `${options.prefix}_${name}`));
  for (const family of METRIC_FAMILIES) await text.append(writeFamily(takeSnapshot(family, sources.families), options));
  for (const registry of new Set([...sources.registries, sources.processMetrics])) {
    if (registry === undefined) continue;
    signal?.throwIfAborted();
    for (const metric of await readForeignMetrics(registry, sources.onFault)) {
      if (!names.has(metric.name)) await text.append(writeForeignMetric(metric, options.format));
      else if (registry !== sources.processMetrics) sources.onClash(metric.name);
      names.add(metric.name);
    }
  }
  return text.value + expositionEnd(options.format);
}

/** Grows piece by piece and lets others run in between. */
class SlicedText {
  value = '';
  private sliceEnd = performance.now() + SLICE_MS;

  constructor(private readonly signal?: AbortSignal) {}

  async append(pieces: Iterable<string>): Promise<void> {
    let sinceLook = 0;
    for (const piece of pieces) {
      this.value += piece;
      sinceLook += 1;
      if (sinceLook < PIECES_PER_LOOK) continue;
      sinceLook = 0;
      if (performance.now() < this.sliceEnd) continue;
      await setImmediate();
      this.signal?.throwIfAborted();
      this.sliceEnd = performance.now() + SLICE_MS;
    }
  }
}

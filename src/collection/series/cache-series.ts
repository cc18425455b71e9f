import type { LabelSet } from './label-set';

/** Hits and misses of one of the application's caches. */
export class CacheSeries implements LabelSet {
  hits = 0;
  misses = 0;

  constructor(
    readonly labels: readonly string[],
    /** Since when it counts, in milliseconds since 1970. */
    readonly born: number,
  ) {}
}

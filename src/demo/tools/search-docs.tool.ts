import { Cache } from '@nestjs/cache-manager';
import { Injectable } from '@nestjs/common';
import { MetricsCollector, TrackTool } from '../../index';
import { DocsIndex, type SearchHit } from '../docs/docs-index';

const MAX_HITS = 3;

@Injectable()
export class SearchDocsTool {
  constructor(
    private readonly docs: DocsIndex,
    private readonly cache: Cache,
    private readonly metrics: MetricsCollector,
  ) {}

  /** The sections that fit `query` best, the best first; from the cache if it was asked before. */
  @TrackTool('search_docs')
  async run(query: string): Promise<SearchHit[]> {
    const known = await this.cache.get<SearchHit[]>(query);
    if (known === undefined) this.metrics.recordCacheMiss('search');
    else this.metrics.recordCacheHit('search');
    return known ?? this.cache.set(query, this.docs.search(query, MAX_HITS));
  }
}

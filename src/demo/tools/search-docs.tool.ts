import { Injectable } from '@nestjs/common';
import { TrackTool } from '../../index';
import { DocsIndex, type SearchHit } from '../docs/docs-index';
import { ResultCache } from './result-cache.service';

const MAX_HITS = 3;

@Injectable()
export class SearchDocsTool {
  constructor(
    private readonly docs: DocsIndex,
    private readonly cache: ResultCache,
  ) {}

  /** The sections that fit `query` best, the best first. */
  @TrackTool({ name: 'search_docs', timeoutMs: 2_000 })
  run(query: string): Promise<SearchHit[]> {
    return this.cache.remember('search', query, () => this.docs.search(query, MAX_HITS));
  }
}

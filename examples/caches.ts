import { CACHE_MANAGER, CacheModule, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable, Module } from '@nestjs/common';
import { MetricsCollector, MetricsModule } from 'nestjs-agent-metrics';
import { trackedCache } from 'nestjs-agent-metrics/cache-manager';

// #region cache-manager
@Injectable()
export class Answers {
  constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {
    trackedCache(cache, { name: 'answers' });
  }

  answer(question: string) {
    return this.cache.wrap(question, () => this.think(question));
  }

  private think(question: string) {
    return `About ${question}`;
  }
}

@Module({ imports: [MetricsModule.forRoot(), CacheModule.register({ ttl: 60_000 })], providers: [Answers] })
export class AnswersModule {}
// #endregion

// #region by-hand
@Injectable()
export class Embeddings {
  private readonly known = new Map<string, number[]>();

  constructor(private readonly metrics: MetricsCollector) {}

  find(text: string): number[] | undefined {
    const embedding = this.known.get(text);
    if (embedding === undefined) this.metrics.recordCacheMiss('embeddings');
    else this.metrics.recordCacheHit('embeddings');
    return embedding;
  }
}
// #endregion

import { Cache } from '@nestjs/cache-manager';
import { Injectable } from '@nestjs/common';
import { MetricsCollector } from '../../index';

/** What tools found out, kept for the next one who asks, with every hit and miss recorded under the cache's name. */
@Injectable()
export class ResultCache {
  constructor(
    private readonly cache: Cache,
    private readonly metrics: MetricsCollector,
  ) {}

  /** The value kept for `key` in the cache `name`, else the one that `find` comes up with; a failure is not kept. */
  async remember<T>(name: string, key: string, find: () => T | Promise<T>): Promise<T> {
    const known = await this.cache.get<T>(`${name}:${key}`);
    if (known !== undefined) {
      this.metrics.recordCacheHit(name);
      return known;
    }
    this.metrics.recordCacheMiss(name);
    return this.cache.set(`${name}:${key}`, await find());
  }
}

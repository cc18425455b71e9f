import { CACHE_MANAGER, CacheInterceptor, CacheModule, type Cache } from '@nestjs/cache-manager';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import * as caches from '../../examples/caches';
import { MetricsModule, trackedAgent } from '../../src';
import { trackedCache } from '../../src/adapters/cache-manager';
import { ManualClock } from '../../src/testing';
import { Gate } from '../support/gate';
import { TestApp } from '../support/test-app';

@Controller()
class PageController {
  @Get('page')
  @UseInterceptors(CacheInterceptor)
  page() {
    return { page: 1 };
  }
}

let app: TestApp;

beforeEach(async () => {
  app = await TestApp.start({
    imports: [MetricsModule.forRoot({ strict: true }), CacheModule.register()],
    controllers: [PageController],
  });
});

/** Hits and misses. */
function counted(name = 'answers'): [number, number] | undefined {
  const cache = app.collector.getCaches().get(name);
  return cache && [cache.hits, cache.misses];
}

const injected = () => app.nest.get<Cache>(CACHE_MANAGER);

describe('A tracked cache', () => {
  it('is the same object, with the same methods to see', () => {
    const cache = createCache();
    const keys = Object.keys(cache);
    expect(trackedCache(cache, { name: 'answers' })).toBe(cache);
    expect(Object.keys(cache)).toEqual(keys);
  });

  it('counts what get finds', async () => {
    const cache = trackedCache(createCache(), { name: 'answers' });
    expect(await cache.get('a')).toBeUndefined();
    for (const value of ['x', 0, false, '']) {
      await cache.set('a', value);
      expect(await cache.get('a')).toBe(value);
    }
    expect(counted()).toEqual([4, 1]);
    await cache.set('a', null);
    expect(await cache.get('a')).toBeNull();
    await cache.del('a');
    expect(counted()).toEqual([4, 2]);
  });

  it('counts each key of mget', async () => {
    const cache = trackedCache(createCache(), { name: 'answers' });
    await cache.mset([
      { key: 'a', value: 1 },
      { key: 'c', value: 2 },
    ]);
    expect(await cache.mget(['a', 'b', 'c', 'd'])).toEqual([1, undefined, 2, undefined]);
    expect(counted()).toEqual([2, 2]);
  });

  it.each<[string, () => unknown]>([
    ['a value', () => 'x'],
    ['a promise', async () => 'x'],
    ['a thenable', () => ({ then: (resolve: (value: string) => void) => resolve('x') })],
  ])('counts a miss of wrap where the function gives %s, and a hit where it is not asked', async (_what, compute) => {
    const cache = trackedCache(createCache(), { name: 'answers' });
    const think = jest.fn(compute);
    expect(await cache.wrap('a', think)).toBe('x');
    expect(counted()).toEqual([0, 1]);
    expect(await cache.wrap('a', think)).toBe('x');
    expect(await cache.wrap('a', think, { raw: true })).toMatchObject({ value: 'x' });
    expect(counted()).toEqual([2, 1]);
    expect(think).toHaveBeenCalledTimes(1);
  });

  it('counts a miss of wrap that answers with the raw entry', async () => {
    const cache = trackedCache(createCache(), { name: 'answers' });
    expect(await cache.wrap('a', async () => 'x', { ttl: 1_000, raw: true })).toMatchObject({ value: 'x' });
    expect(counted()).toEqual([0, 1]);
  });

  it('counts one miss where several calls of wrap wait for one value', async () => {
    const cache = trackedCache(createCache(), { name: 'answers' });
    const gate = new Gate();
    const think = jest.fn(async () => {
      await gate.passed;
      return 'x';
    });
    const calls = Promise.all([1, 2, 3].map(() => cache.wrap('a', think)));
    gate.open();
    expect(await calls).toEqual(['x', 'x', 'x']);
    expect(think).toHaveBeenCalledTimes(1);
    expect(counted()).toEqual([2, 1]);
  });

  it('counts a hit of wrap that refreshes in the background', async () => {
    const cache = trackedCache(createCache({ ttl: 60_000, refreshThreshold: 120_000 }), { name: 'answers' });
    await cache.set('a', 'old');
    const refreshed = new Promise((resolve) => cache.on('refresh', resolve));
    expect(await cache.wrap('a', async () => 'new')).toBe('old');
    await refreshed;
    expect(counted()).toEqual([1, 0]);
    expect(await cache.get('a')).toBe('new');
  });

  it('counts a miss where the value cannot be computed, whose error reaches the caller', async () => {
    const cache = trackedCache(createCache(), { name: 'answers' });
    const error = new Error('no idea');
    await expect(cache.wrap('a', () => Promise.reject(error))).rejects.toBe(error);
    const think = () => {
      throw error;
    };
    await expect(cache.wrap('a', think)).rejects.toBe(error);
    expect(counted()).toEqual([0, 2]);
  });

  it('counts one look-up in several stores', async () => {
    const stores = [new Keyv(), new Keyv()];
    const cache = trackedCache(createCache({ stores }), { name: 'answers' });
    await stores[1]!.set('a', 'x');
    expect(await cache.get('a')).toBe('x');
    expect(await cache.get('b')).toBeUndefined();
    expect(counted()).toEqual([1, 1]);
  });

  it('counts a look-up that rejects as a miss', async () => {
    const error = new Error('The connection is gone.');
    const cache = trackedCache({ get: (_key: string) => Promise.reject(error) }, { name: 'answers' });
    await expect(cache.get('a')).rejects.toBe(error);
    expect(counted()).toEqual([0, 1]);
  });

  it('may answer at once', () => {
    const cache = trackedCache(new Map([['a', 1]]), { name: 'answers' });
    expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
    expect(counted()).toEqual([1, 1]);
  });

  it('is counted once, by its first name', async () => {
    const cache = trackedCache(trackedCache(createCache(), { name: 'answers' }), { name: 'others' });
    await cache.get('a');
    expect(counted()).toEqual([0, 1]);
    expect(counted('others')).toBeUndefined();
  });

  it('counts for the unnamed cache without a name', async () => {
    await trackedCache(createCache()).get('a');
    expect(app.collector.getSystemMetrics()).toMatchObject({ cacheHits: 0, cacheMisses: 1 });
    expect(app.collector.getCaches().size).toBe(0);
  });

  it('counts nothing while collecting is off, and nothing without an application', async () => {
    const cache = trackedCache(createCache(), { name: 'answers' });
    app.collector.disable();
    await cache.get('a');
    expect(counted()).toBeUndefined();
    app.collector.enable();
    await app.close();
    expect(await cache.wrap('a', () => 'x')).toBe('x');
    expect(await cache.get('a')).toBe('x');
    expect(counted()).toBeUndefined();
  });

  it('counts for the application in whose agent it is asked', async () => {
    const other = await TestApp.start({ imports: [MetricsModule.forRoot()] }, { clock: new ManualClock() });
    const cache = trackedCache(createCache(), { name: 'answers' });
    await cache.get('a');
    expect(counted()).toBeUndefined();
    expect(other.collector.getCaches().size).toBe(0);
    await other.close();
    await trackedAgent('bot', () => cache.get('a'))();
    expect(counted()).toEqual([0, 1]);
  });

  it('stays as it is where it is frozen', async () => {
    const cache = Object.freeze(createCache());
    expect(trackedCache(cache, { name: 'answers' })).toBe(cache);
    expect(await cache.wrap('a', () => 'x')).toBe('x');
  });

  it('is that of @nestjs/cache-manager, whoever asks it', async () => {
    trackedCache(injected(), { name: 'answers' });
    for (let time = 1; time <= 3; time += 1) expect((await app.json('/page')).body).toEqual({ page: 1 });
    expect(counted()).toEqual([2, 1]);
    expect(app.logger.errors).toEqual([]);
  });
});

describe('docs/caches.md', () => {
  it('counts the look-ups of a cache by itself', async () => {
    await app.close();
    app = await TestApp.start({ imports: [caches.AnswersModule] });
    const answers = app.nest.get(caches.Answers, { strict: false });
    for (let time = 1; time <= 3; time += 1) expect(await answers.answer('nest')).toBe('About nest');
    expect(counted()).toEqual([2, 1]);
    const scrape = await app.scrape();
    expect(scrape.value('crew_cache_hits_total', { cache: 'answers' })).toBe(2);
  });

  it('counts what is said of any other', () => {
    expect(new caches.Embeddings(app.collector).find('x')).toBeUndefined();
    expect(counted('embeddings')).toEqual([0, 1]);
  });
});

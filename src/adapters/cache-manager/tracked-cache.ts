import { processWide } from '../../runtime/process-wide';
import { isThenable } from '../../runtime/thenable';
import { lookupCounter } from '../../tracking/adapting/cache-lookups';
import { guarded } from '../../tracking/adapting/guarded';
import { replaceMethod } from '../ground/replaced-method';
import { WatchedComputation } from './watched-computation';

/** A cache of `cache-manager`, such as `@nestjs/cache-manager` injects as `CACHE_MANAGER`. */
export interface ManagedCache {
  /** What it keeps under a key. */
  get(key: string): unknown;
}

/** How the look-ups in a cache are counted. */
export interface TrackedCacheOptions {
  /** The cache, as a label. @default the unnamed cache */
  readonly name?: string;
}

const ENTRY = 'trackedCache';

/** Those that are tracked, whatever copies of this package there are. */
const trackedCaches = processWide('caches', () => new WeakSet<object>());

/**
 * Counts every look-up in a cache as a hit or a miss: `get`, each key of `mget`, and `wrap`, also those of Nest's
 * `CacheInterceptor`. `undefined` and `null` are misses, and so is a look-up that rejects. `wrap` misses where it had to compute
 * the value; calls that wait for another call's value, and values that are refreshed in the background, are hits.
 *
 * The cache stays the same object and returns the same values. A cache that is already tracked keeps its name.
 * Without `MetricsModule` nothing is counted.
 *
 * @returns the cache itself
 *
 * @example
 * constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {
 *   trackedCache(cache, { name: 'answers' });
 * }
 */
export function trackedCache<Cache extends ManagedCache>(cache: Cache, options: TrackedCacheOptions = {}): Cache {
  guarded(ENTRY, () => {
    if (trackedCaches.has(cache)) return;
    trackedCaches.add(cache);
    const { name } = options;
    replaceMethod(cache, 'get', (get) => countingLookups(get, name, (value) => [value]));
    replaceMethod(cache, 'mget', (mget) => countingLookups(mget, name, (values) => values as unknown[]));
    replaceMethod(cache, 'wrap', (wrap) => countingComputations(wrap, name));
  });
  return cache;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** `valuesOf` reads what the method has answered, a value for each key. */
function countingLookups(method: Method, name: string | undefined, valuesOf: (answer: unknown) => unknown[]): Method {
  return function (...args) {
    const count = guarded(ENTRY, () => lookupCounter(name));
    const answer = method.apply(this, args);
    if (count === undefined) return answer;
    return followed(
      answer,
      (found) => valuesOf(found).forEach((value) => count(value !== undefined && value !== null)),
      () => [args[0]].flat().forEach(() => count(false)),
    );
  };
}

function countingComputations(wrap: Method, name: string | undefined): Method {
  return function (key, compute, ...rest) {
    const count = guarded(ENTRY, () => lookupCounter(name));
    if (count === undefined || typeof compute !== 'function') return wrap.call(this, key, compute, ...rest);
    const computation = new WatchedComputation(compute as Method);
    return followed(
      wrap.call(this, key, computation.run, ...rest),
      (value) => count(!computation.gave(value)),
      () => count(false),
    );
  };
}

/** Counts when the answer arrives. A promise is chained, so that an unhandled rejection stays unhandled. */
function followed(answer: unknown, onValue: (value: unknown) => void, onFailure: () => void): unknown {
  if (!isThenable(answer)) {
    guarded(ENTRY, () => onValue(answer));
    return answer;
  }
  return answer.then(
    (value: unknown) => {
      guarded(ENTRY, () => onValue(value));
      return value;
    },
    (error: unknown) => {
      guarded(ENTRY, onFailure);
      throw error;
    },
  );
}

import { labelOf } from '../declaring/execution-spec';
import { trackingWithoutInstance } from '../linking/application-link';

/**
 * Counts look-ups in a cache, for the application that counts what is called here; undefined where none does.
 *
 * @param name undefined for the unnamed cache, and whatever is no name
 */
export function lookupCounter(name: string | undefined): ((isHit: boolean) => void) | undefined {
  const store = trackingWithoutInstance()?.store;
  if (store === undefined) return undefined;
  return (isHit) => {
    if (!store.enabled) return;
    const { ledger } = store;
    ledger.addLookup(ledger.series.cache(labelOf(name), isHit ? 'cacheHit' : 'cacheMiss'), isHit);
  };
}

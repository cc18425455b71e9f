export { trackedCache, type ManagedCache, type TrackedCacheOptions } from './tracked-cache';

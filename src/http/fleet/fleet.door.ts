import type * as fleet from './fleet';

/** What asks a Prometheus. Loaded by the first application that knows one. */
export const openFleet = () => require('./fleet') as typeof fleet;

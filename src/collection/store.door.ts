import type * as store from './metrics-store';

/** What keeps numbers. Loaded with the first application. */
export const openStore = () => require('./metrics-store') as typeof store;

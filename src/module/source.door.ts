import type * as source from './metrics-source';

/** What answers are made from, and with it all that answers. Loaded by the first application, for no request to wait for it. */
export const openSource = () => require('./metrics-source') as typeof source;

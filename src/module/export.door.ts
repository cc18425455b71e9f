import type * as applicationExport from './application-export';

/** What writes numbers out. Loaded by the first application, for no scrape to wait for it. */
export const openExport = () => require('./application-export') as typeof applicationExport;

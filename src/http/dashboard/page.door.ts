import type * as page from './dashboard-response';

/** What answers with the page. Loaded by the first request for it. */
export const openPage = () => require('./dashboard-response') as typeof page;

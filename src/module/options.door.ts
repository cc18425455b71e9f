import type * as options from './metrics-options.schema';

/** What checks options. Loaded by the first application. */
export const openOptions = () => require('./metrics-options.schema') as typeof options;

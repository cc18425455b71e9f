import type * as machine from './machine-member';

/** What answers together with other processes. Loaded by the first application that does. */
export const openMachine = () => require('./machine-member') as typeof machine;

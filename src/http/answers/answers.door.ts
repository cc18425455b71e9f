import type * as answers from './answers';

/**
 * What answers requests. Loaded with the first application: no request waits for it, and none fails where a deployment has
 * replaced the files since.
 */
export const openAnswers = () => require('./answers') as typeof answers;

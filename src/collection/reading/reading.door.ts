import type * as reading from './reading';

/** What reads numbers for users. Loaded with the first application. */
export const openReading = () => require('./reading') as typeof reading;

/** @import { Range } from './time-scale.js' */

/** The state of the open request that is not in the address. */
export const place = {
  /** The visible part of its time; undefined for all. @type {Range | undefined} */
  range: undefined,
  /** Whether the user has opened or closed a row, by its key. @type {Map<string, boolean>} */
  toggled: new Map(),
  /** The key of the row that the keyboard has reached. */
  current: '',
  shown: 0,
};

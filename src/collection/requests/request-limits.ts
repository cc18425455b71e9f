import { MAX_EXECUTIONS } from './collected-request';

/** How many executions a list keeps for each of its places, on average. */
const EXECUTIONS_PER_PLACE = 100;

/** How many executions a list of so many requests keeps: those of one long request in any case. */
export function maxExecutionsOf(places: number): number {
  return Math.max(MAX_EXECUTIONS, places * EXECUTIONS_PER_PLACE);
}

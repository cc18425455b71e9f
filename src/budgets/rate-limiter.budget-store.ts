import { inspect } from 'node:util';
import type { BudgetStore } from '../index';
import type { KeyLimiter } from './key-limiter';
import { SlotBudgetStore } from './slot.budget-store';

/**
 * Options of `rateLimiterBudgetStore`. All have defaults.
 *
 * @example
 * rateLimiterBudgetStore(limiter, { storeTimeoutMs: 50, onStoreFault: 'stop' });
 */
export interface RateLimiterBudgetStoreOptions {
  /** How long a model call waits for an answer, in milliseconds. @default 200 */
  readonly storeTimeoutMs?: number;
  /** What happens to a call when the store fails or is late: see `BudgetStore`. @default 'allow' */
  readonly onStoreFault?: 'allow' | 'stop';
  /** When a process is killed, its reservations expire after this many milliseconds, at least 1,000. @default 30_000 */
  readonly ttlMs?: number;
}

/**
 * Makes a budget store of a limiter of `rate-limiter-flexible`, so that all processes of an application keep its budgets
 * together. Give it a limiter of its own with a `keyPrefix` of its own, and without an `insuranceLimiter`: a store that does
 * not answer has to be seen to fail. `points` and `duration` of the limiter are not used.
 *
 * A model call writes and reads before it begins, and once more at its end: two writes each time, and two reads for
 * each process that there has been at the same time. The reservations of a killed process expire after `ttlMs`; what
 * it has spent stays spent. Numbers are millionths of a dollar: in a column of 32 bits, which Postgres and MySQL get,
 * a process can spend 2,147 dollars in a window; make it `bigint` for more. Give each application of a process a
 * store of its own.
 *
 * @throws TypeError that names the option, its value and what is allowed
 *
 * @example
 * const limiter = new RateLimiterRedis({ storeClient: new Redis(), keyPrefix: 'budgets', points: 1, duration: 0 });
 * MetricsModule.forRoot({
 *   budgets: [{ name: 'everything', by: 'application', costUsd: 200, window: '1d' }],
 *   budgetStore: rateLimiterBudgetStore(limiter),
 * });
 */
export function rateLimiterBudgetStore(limiter: KeyLimiter, options: RateLimiterBudgetStoreOptions = {}): BudgetStore {
  checkLimiter(limiter);
  check('storeTimeoutMs', options.storeTimeoutMs, isAbove(0), 'milliseconds above 0');
  check('ttlMs', options.ttlMs, isAbove(999), 'milliseconds from 1,000');
  check('onStoreFault', options.onStoreFault, (value) => value === 'allow' || value === 'stop', "'allow' or 'stop'");
  return new SlotBudgetStore(limiter, options);
}

function checkLimiter(limiter: unknown): void {
  const methods = ['get', 'set', 'penalty', 'delete'];
  const missing = methods.find((name) => typeof (limiter as Record<string, unknown> | null)?.[name] !== 'function');
  if (missing === undefined) return;
  throw new TypeError(
    `rateLimiterBudgetStore: the limiter has no method "${missing}"; it must have ${methods.join(', ')}.`,
  );
}

function check(name: string, value: unknown, isAllowed: (value: unknown) => boolean, allowed: string): void {
  if (value === undefined || isAllowed(value)) return;
  throw new TypeError(
    `rateLimiterBudgetStore: the option "${name}" is ${inspect(value, { depth: 0 })}; it must be ${allowed}.`,
  );
}

function isAbove(bound: number) {
  return (value: unknown): boolean => typeof value === 'number' && value > bound && value < Infinity;
}

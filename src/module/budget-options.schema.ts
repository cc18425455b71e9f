import * as v from 'valibot';
import { BUDGET_WINDOWS, type BudgetWindow } from '../collection/budgets/budget';
import type { BudgetStore } from '../collection/budgets/budget-store';
import { objectOf, onExceeded } from './option-values.schema';

const NAME = 'a non-empty string that no other budget has';
const BY = "'application', 'agent' or 'breakdown'";
const WINDOWS = Object.keys(BUDGET_WINDOWS) as BudgetWindow[];

const USD = 'US dollars from 0';
const TOKENS = 'tokens from 0';
const amountOf = (unit: string) => v.pipe(v.number(unit), v.finite(unit), v.minValue(0, unit));

/** Not a union, which would say of every fault only that it is none of both. */
const limitOf = (unit: string) =>
  v.optional(
    v.lazy((input) => (typeof input === 'function' ? v.function() : amountOf(`${unit}, or a function of the subject`))),
  );

const budgetSchema = v.pipe(
  objectOf({
    name: v.pipe(v.string(NAME), v.minLength(1, NAME)),
    by: v.picklist(['application', 'agent', 'breakdown'], BY),
    costUsd: limitOf(USD),
    tokens: limitOf(TOKENS),
    window: v.picklist(WINDOWS, `one of ${WINDOWS.join(', ')}`),
    onExceeded: v.optional(onExceeded, 'stop'),
    reserve: v.optional(objectOf({ costUsd: v.optional(amountOf(USD)), tokens: v.optional(amountOf(TOKENS)) })),
  }),
  v.check(
    ({ costUsd, tokens }) => costUsd !== undefined || tokens !== undefined,
    'an object with costUsd, tokens or both',
  ),
);

export const budgetsSchema = v.pipe(
  v.array(budgetSchema, 'a list of budgets'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const names = dataset.value.map(({ name }) => name);
    const second = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (second === -1) return;
    const item = (key: number | string, value: unknown) =>
      ({ type: 'object', origin: 'value', input: {}, key: String(key), value }) as const;
    const path = [item(second, dataset.value[second]), item('name', names[second])] as const;
    addIssue({ message: NAME, input: names[second], path: [...path] });
  }),
);

const STORE =
  'a budget store: an object with a method exchange and, where it has them, storeTimeoutMs above 0, ' +
  "onStoreFault 'allow' or 'stop' and a method close";

export const budgetStoreSchema = v.custom<BudgetStore>(isBudgetStore, STORE);

function isBudgetStore(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { exchange, storeTimeoutMs = 1, onStoreFault = 'allow', close } = value as Partial<BudgetStore>;
  return (
    typeof exchange === 'function' &&
    Number.isFinite(storeTimeoutMs) &&
    storeTimeoutMs > 0 &&
    ['allow', 'stop'].includes(onStoreFault) &&
    ['undefined', 'function'].includes(typeof close)
  );
}

/** @throws an error that names the first budget by a breakdown, where there is none */
export function refuseBudgetsWithoutBreakdown(budgets: readonly { by: string }[] = [], breakdown: unknown): void {
  const index = budgets.findIndex(({ by }) => by === 'breakdown');
  if (index === -1 || breakdown !== undefined) return;
  throw new TypeError(
    `MetricsModule: the option "budgets.${index}.by" is 'breakdown'; it must be 'application' or 'agent' unless the option ` +
      '"breakdown" is given.',
  );
}

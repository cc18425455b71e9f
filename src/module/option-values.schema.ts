import * as v from 'valibot';
import { nearName } from '../runtime/near-name';

/** What is wrong with a value: where in it, the value there and what is allowed. */
export interface ValueFault {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly allowed: string;
}

/** Any name may be a key; valibot's own record would pass over `constructor` and `__proto__` without a word. */
export function recordOf<Value>(findFault: (value: unknown) => ValueFault | undefined, message: string) {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  return v.pipe(
    v.custom<Readonly<Record<string, Value>>>(isObject, message),
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value as Record<string, unknown>;
      for (const [key, value] of Object.entries(input)) {
        const fault = findFault(value);
        if (fault === undefined) continue;
        const item = { type: 'object', origin: 'value', input, value } as const;
        const [first, ...rest] = [key, ...fault.path].map((name): v.ObjectPathItem => ({ ...item, key: name }));
        addIssue({ message: fault.allowed, input: fault.value, path: [first!, ...rest] });
      }
    }),
  );
}

export function faultUnless(isValue: (value: unknown) => boolean, allowed: string) {
  return (value: unknown): ValueFault | undefined => (isValue(value) ? undefined : { path: [], value, allowed });
}

/** An object of these members and no others. Of another one it says which of these was probably meant. */
export function objectOf<const Members extends v.ObjectEntries>(members: Members, instead = '') {
  const names = Object.keys(members);
  const allowed = `${instead}an object of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return v.strictObject(members, ({ expected, input }) => {
    const near = expected === 'never' ? nearName(String(input), names) : undefined;
    return near === undefined ? allowed : `${allowed} (did you mean "${near}"?)`;
  });
}

export const boolean = v.boolean('true or false');
export const count = v.pipe(
  v.number('a whole number from 0'),
  v.integer('a whole number from 0'),
  v.minValue(0, 'a whole number from 0'),
);

export const MILLISECONDS = 'milliseconds, 0 for none';
export const milliseconds = v.pipe(v.number(MILLISECONDS), v.finite(MILLISECONDS), v.minValue(0, MILLISECONDS));

const DOLLARS = 'US dollars from 0';
export const dollars = v.pipe(v.number(DOLLARS), v.finite(DOLLARS), v.minValue(0, DOLLARS));

/** What becomes of a call that has reached a limit or a budget. */
export const onExceeded = v.picklist(['stop', 'report'], "'stop' or 'report'");

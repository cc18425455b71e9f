import * as v from 'valibot';
import { findNameFault } from './breakdown-name';
import { count } from './option-values.schema';

export const breakdownSchema = v.strictObject(
  {
    by: v.optional(
      v.pipe(
        v.string('a label name'),
        v.rawCheck(({ dataset, addIssue }) => {
          const fault = dataset.typed ? findNameFault(dataset.value) : undefined;
          if (fault !== undefined) addIssue({ message: fault });
        }),
      ),
      'tenant',
    ),
    value: v.function('a function that returns a text or undefined'),
    maxValues: v.optional(count, 200),
  },
  'an object of by, value and maxValues',
);

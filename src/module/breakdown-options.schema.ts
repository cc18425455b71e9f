import * as v from 'valibot';
import { findNameFault } from './breakdown-name';
import { count, objectOf } from './option-values.schema';

export const breakdownSchema = objectOf({
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
  value: v.function('a function that returns a string or undefined'),
  maxValues: v.optional(count, 200),
});

import * as v from 'valibot';
import { WORKER_LABEL } from '../export/exposition/exposition';
import type { MetricsModuleOptions } from './metrics.options';
import { objectOf } from './option-values.schema';

const PROCESSES = "'own', 'machine', or an object of application and directory";
const NAME = 'a non-empty string';
const name = v.optional(v.pipe(v.string(NAME), v.minLength(1, NAME)));

export const processesSchema = v.lazy((input) =>
  typeof input === 'string'
    ? v.pipe(
        v.picklist(['own', 'machine'], PROCESSES),
        v.transform((processes) => (processes === 'own' ? processes : {})),
      )
    : objectOf({ application: name, directory: name }, "'own', 'machine', or "),
);

/** Each of the two is right by itself. @throws an error that names both */
export function refuseOtherWorkers({ processes, defaultLabels = {} }: MetricsModuleOptions): void {
  if (processes === 'own' || !Object.hasOwn(defaultLabels, WORKER_LABEL)) return;
  throw new TypeError(
    `MetricsModule: the option "defaultLabels" has the label "${WORKER_LABEL}", which "processes" gives to every sample.`,
  );
}

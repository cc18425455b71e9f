import * as v from 'valibot';
import type { RunLimit } from '../tracking/limits/run-limit';
import { count, dollars, objectOf, onExceeded, recordOf, type ValueFault } from './option-values.schema';

const RUN_LIMITS = 'an object of toolCalls, modelCalls, repeatedCalls, tokens, costUsd and onExceeded, by agent';
const runLimit = objectOf({
  toolCalls: v.optional(count),
  modelCalls: v.optional(count),
  repeatedCalls: v.optional(count),
  tokens: v.optional(count),
  costUsd: v.optional(dollars),
  onExceeded: v.optional(onExceeded),
});

export const runLimitsSchema = objectOf({
  request: v.optional(runLimit),
  agent: v.optional(runLimit),
  perAgent: v.optional(recordOf<RunLimit>(findRunLimitFault, RUN_LIMITS)),
});

function findRunLimitFault(value: unknown): ValueFault | undefined {
  const { issues } = v.safeParse(runLimit, value, { abortEarly: true });
  if (issues === undefined) return undefined;
  const [issue] = issues;
  const path = issue.path?.map(({ key }) => String(key)) ?? [];
  return { path, value: issue.input, allowed: issue.message };
}

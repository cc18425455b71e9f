import * as v from 'valibot';
import type { RunLimit } from '../tracking/limits/run-limit';
import { count, dollars, onExceeded, recordOf, type ValueFault } from './option-values.schema';

const RUN_LIMIT = 'an object of toolCalls, modelCalls, repeatedCalls, tokens, costUsd and onExceeded';
const RUN_LIMITS = `${RUN_LIMIT}, by agent`;
const runLimit = v.strictObject(
  {
    toolCalls: v.optional(count),
    modelCalls: v.optional(count),
    repeatedCalls: v.optional(count),
    tokens: v.optional(count),
    costUsd: v.optional(dollars),
    onExceeded: v.optional(onExceeded),
  },
  RUN_LIMIT,
);

export const runLimitsSchema = v.strictObject(
  {
    request: v.optional(runLimit),
    agent: v.optional(runLimit),
    perAgent: v.optional(recordOf<RunLimit>(findRunLimitFault, RUN_LIMITS)),
  },
  'an object of request, agent and perAgent',
);

function findRunLimitFault(value: unknown): ValueFault | undefined {
  const { issues } = v.safeParse(runLimit, value, { abortEarly: true });
  if (issues === undefined) return undefined;
  const [issue] = issues;
  const path = issue.path?.map(({ key }) => String(key)) ?? [];
  return { path, value: issue.input, allowed: issue.message };
}

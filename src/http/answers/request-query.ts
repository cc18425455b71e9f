import { BadRequestException } from '@nestjs/common';
import * as v from 'valibot';
import { EXECUTION_KINDS, EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { REQUEST_VIEWS } from '../../collection/requests/request';
import { EXPORT_FORMATS } from '../../collection/export-format';
import { TREND_WINDOWS, type TrendWindow } from '../../collection/reading/trend-window';

const text = v.pipe(v.string('one text'), v.maxLength(1_000, 'at most 1000 characters'));
const texts = v.pipe(
  v.union([v.string(), v.array(v.string())], 'one text or several'),
  v.transform((given) => (typeof given === 'string' ? [given] : given)),
  v.everyItem((name) => name.length <= 1_000, 'at most 1000 characters each'),
);
const yesOrNo = v.pipe(
  v.picklist(['true', 'false'], 'true or false'),
  v.transform((given) => given === 'true'),
);
const wholeNumber = v.pipe(
  v.string('a whole number from 0'),
  v.regex(/^\d{1,9}$/, 'a whole number from 0'),
  v.transform(Number),
);
const oneOf = <const Options extends readonly string[]>(options: Options) =>
  v.picklist(options, `one of ${options.join(', ')}`);

export const metricsQuery = v.object({ format: v.optional(oneOf(EXPORT_FORMATS)) });
export type MetricsQuery = v.InferOutput<typeof metricsQuery>;

export const historyQuery = v.pipe(
  v.object({
    kind: v.optional(oneOf(EXECUTION_KINDS)),
    agent: v.optional(text),
    tool: v.optional(text),
    status: v.optional(oneOf(EXECUTION_STATUSES)),
    limit: v.optional(wholeNumber),
  }),
  v.transform(({ agent, tool, ...rest }) => ({ ...rest, agentId: agent, toolName: tool })),
);
export type HistoryQuery = v.InferOutput<typeof historyQuery>;

const TIME = 'a time such as 2025-12-22T10:00:00Z, or milliseconds since 1970';
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const time = v.pipe(
  v.string(TIME),
  v.check((given) => /^\d{1,15}$/.test(given) || DATE.test(given), TIME),
  v.transform((given) => new Date(DATE.test(given) ? given : Number(given))),
  v.date(TIME),
);

export const requestsQuery = v.pipe(
  v.object({
    view: v.optional(oneOf(REQUEST_VIEWS)),
    agent: v.optional(text),
    tool: v.optional(text),
    error_type: v.optional(text),
    min_ms: v.optional(wholeNumber),
    since: v.optional(time),
    limit: v.optional(wholeNumber),
  }),
  v.transform(({ agent, tool, error_type, min_ms, ...rest }) => ({
    ...rest,
    agentId: agent,
    toolName: tool,
    errorType: error_type,
    minDurationMs: min_ms,
  })),
);
export type RequestsQuery = v.InferOutput<typeof requestsQuery>;

const WINDOWS = Object.keys(TREND_WINDOWS) as TrendWindow[];
export const trendsQuery = v.object({
  window: v.optional(oneOf(WINDOWS)),
  names: v.optional(texts),
  points: v.optional(yesOrNo),
});
export type TrendsQuery = v.InferOutput<typeof trendsQuery>;

/** Of a route that has no parameters of a query: what is given is ignored. */
export const noQuery = v.unknown();

/**
 * A parameter whose name is known while the application runs.
 *
 * @throws BadRequestException that says what is allowed
 */
export function readText(name: string, query: unknown): string | undefined {
  return readQuery(v.object({ [name]: v.optional(text) }), query)[name];
}

/** @throws BadRequestException that says what is allowed */
export function readQuery<Schema extends v.GenericSchema>(schema: Schema, query: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, query ?? {}, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new BadRequestException(`Query parameter "${v.getDotPath(issue) ?? ''}" must be ${issue.message}.`);
}

import * as v from 'valibot';
import { EXECUTION_KINDS, EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { REQUEST_VIEWS } from '../../collection/requests/request';
import { EXPORT_FORMATS } from '../../collection/export-format';
import { TREND_WINDOWS, type TrendWindow } from '../../collection/reading/trend-window';
import { FLEET_RANGE_NAMES } from '../fleet/fleet-range';
import { Refusal } from './refusal';

const text = v.pipe(v.string('a string'), v.maxLength(1_000, 'at most 1000 characters'));
const texts = v.pipe(
  v.union([v.string(), v.array(v.string())], 'a string or a list of strings'),
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
    until: v.optional(time),
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

/** Without an instance, or with an empty one, all are meant. */
export const fleetQuery = v.pipe(
  v.object({ range: v.optional(oneOf(FLEET_RANGE_NAMES), '1h'), instance: v.optional(text) }),
  v.transform(({ range, instance }) => ({ range, instance: instance === '' ? undefined : instance })),
);
export type FleetQuery = v.InferOutput<typeof fleetQuery>;

/** Of a route that has no parameters of a query: what is given is ignored. */
export const noQuery = v.unknown();

/**
 * A parameter whose name is known while the application runs.
 *
 * @throws Refusal that says what is allowed
 */
export function readText(name: string, query: unknown): string | undefined {
  return readQuery(v.object({ [name]: v.optional(text) }), query)[name];
}

/**
 * A parameter that every route has.
 *
 * @throws Refusal that says what is allowed
 */
export function readWholeNumber(name: string, query: unknown): number | undefined {
  return readQuery(v.object({ [name]: v.optional(wholeNumber) }), query)[name];
}

/** The parameters of an address. One that is given twice is a list, as on Express and Fastify. */
export function readParameters(parameters: URLSearchParams): Record<string, string | string[]> {
  const names = new Set(parameters.keys());
  return Object.fromEntries([...names].map((name) => [name, onlyOrAll(parameters.getAll(name))]));
}

function onlyOrAll(values: string[]): string | string[] {
  return values.length === 1 ? values[0]! : values;
}

/** @throws Refusal that says what is allowed */
export function readQuery<Schema extends v.GenericSchema>(schema: Schema, query: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, query ?? {}, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Refusal(400, `Query parameter "${v.getDotPath(issue) ?? ''}" must be ${issue.message}.`);
}

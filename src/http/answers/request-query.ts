import { BadRequestException } from '@nestjs/common';
import * as v from 'valibot';
import { EXECUTION_KINDS, EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { EXPORT_FORMATS } from '../../collection/export-format';
import { TREND_WINDOWS, type TrendWindow } from '../../collection/reading/trend-window';

const text = v.pipe(v.string('one text'), v.maxLength(1_000, 'at most 1000 characters'));
const wholeNumber = v.pipe(
  v.string('a whole number from 0'),
  v.regex(/^\d{1,9}$/, 'a whole number from 0'),
  v.transform(Number),
);
const oneOf = <const Options extends readonly string[]>(options: Options) =>
  v.picklist(options, `one of ${options.join(', ')}`);

const metricsQuery = v.object({ format: v.optional(oneOf(EXPORT_FORMATS)) });

const historyQuery = v.pipe(
  v.object({
    kind: v.optional(oneOf(EXECUTION_KINDS)),
    agent: v.optional(text),
    tool: v.optional(text),
    status: v.optional(oneOf(EXECUTION_STATUSES)),
    limit: v.optional(wholeNumber),
  }),
  v.transform(({ agent, tool, ...rest }) => ({ ...rest, agentId: agent, toolName: tool })),
);

const WINDOWS = Object.keys(TREND_WINDOWS) as TrendWindow[];
const trendsQuery = v.object({ window: v.optional(oneOf(WINDOWS), '15m') });

/** @throws BadRequestException that says what is allowed */
export const readTrendsQuery = (query: unknown) => read(trendsQuery, query);

/** @throws BadRequestException that says what is allowed */
export const readMetricsQuery = (query: unknown) => read(metricsQuery, query);

/** @throws BadRequestException that says what is allowed */
export const readHistoryQuery = (query: unknown) => read(historyQuery, query);

function read<Schema extends v.GenericSchema>(schema: Schema, query: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, query ?? {}, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new BadRequestException(`Query parameter "${v.getDotPath(issue) ?? ''}" must be ${issue.message}.`);
}

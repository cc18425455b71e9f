import { byAge, byEnd, listPartSteps } from '../../export/parts/list-part';
import { executionsSteps } from '../../export/json/execution.document';
import { writeInSlices, type WriteSteps } from '../../export/json/json-slices';
import { trendsSteps } from '../../export/json/trends.document';
import { CONTENT_TYPES, negotiateFormat } from './content-negotiation';
import type { MetricsAnswer } from './metrics-answer';
import type { MetricsQuestion, SharedAnswer } from './metrics-route';
import type { HistoryQuery, MetricsQuery, TrendsQuery } from './request-query';
import { timeLimitOf } from './scrape-time-limit';

export async function answerMetrics(question: MetricsQuestion<MetricsQuery>): Promise<MetricsAnswer> {
  const { source, headers, signal } = question;
  const format = formatOf(question);
  return { contentType: CONTENT_TYPES[format], body: await source.export(format, signal, timeLimitOf(headers)) };
}

export const sharedMetrics: SharedAnswer<MetricsQuery> = {
  part: async ({ source, query, headers, signal }) => source.exportPart(query.format!, signal, timeLimitOf(headers)),
  answer: async (machine, { worker, signal, timeLimitMs }, question) => {
    const format = formatOf(question);
    return { contentType: CONTENT_TYPES[format], body: await machine.export(format, worker, signal, timeLimitMs) };
  },
};

export function answerHistory({ source, query, signal }: MetricsQuestion<HistoryQuery>): Promise<MetricsAnswer> {
  const executions = source.beginHistory(query);
  return json(signal, (out) => executionsSteps(out, executions));
}

export const sharedHistory: SharedAnswer<HistoryQuery> = {
  part: async ({ source, query, signal }) => {
    const executions = source.beginHistory(query);
    return writeInSlices(signal, (out) => listPartSteps(out, executions, byEnd));
  },
  answer: async (machine, asked, { query }) => jsonOf(await machine.list(asked, 'executions', query.limit)),
};

export function answerTrends({ source, query, signal }: MetricsQuestion<TrendsQuery>): Promise<MetricsAnswer> {
  const trends = source.beginTrends(query);
  return json(signal, (out) => trendsSteps(out, trends));
}

export const sharedTrends: SharedAnswer<TrendsQuery> = {
  part: async ({ source, query, signal }) => writeInSlices(signal, source.trendsPart(query)),
  answer: async (machine, asked, { query }) => jsonOf(await machine.trends(asked, query)),
};

export function answerRunning({ source, signal }: MetricsQuestion<unknown>): Promise<MetricsAnswer> {
  const executions = source.beginRunning();
  return json(signal, (out) => executionsSteps(out, executions));
}

export const sharedRunning: SharedAnswer<unknown> = {
  part: async ({ source, signal }) => {
    const executions = source.beginRunning();
    return writeInSlices(signal, (out) => listPartSteps(out, executions, byAge));
  },
  answer: async (machine, asked) => jsonOf(await machine.list(asked, 'executions')),
};

export async function json(signal: AbortSignal, steps: WriteSteps): Promise<MetricsAnswer> {
  return jsonOf(await writeInSlices(signal, steps));
}

export function jsonOf(body: readonly Buffer[]): MetricsAnswer {
  return { contentType: CONTENT_TYPES.json, body };
}

function formatOf({ source, query, headers }: MetricsQuestion<MetricsQuery>) {
  const accepted = headers.accept;
  const header = Array.isArray(accepted) ? accepted.join(',') : accepted;
  return query.format ?? negotiateFormat(header, source.defaultFormat);
}

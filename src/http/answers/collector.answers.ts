import { executionsSteps } from '../../export/json/execution.document';
import { writeInSlices, type WriteSteps } from '../../export/json/json-slices';
import { trendsSteps } from '../../export/json/trends.document';
import { CONTENT_TYPES, negotiateFormat } from './content-negotiation';
import type { MetricsAnswer } from './metrics-answer';
import type { MetricsQuestion } from './metrics-route';
import type { HistoryQuery, MetricsQuery, TrendsQuery } from './request-query';
import { timeLimitOf } from './scrape-time-limit';

export async function answerMetrics(question: MetricsQuestion<MetricsQuery>): Promise<MetricsAnswer> {
  const { source, query, headers, signal } = question;
  const accepted = headers.accept;
  const header = Array.isArray(accepted) ? accepted.join(',') : accepted;
  const format = query.format ?? negotiateFormat(header, source.defaultFormat);
  return { contentType: CONTENT_TYPES[format], body: await source.export(format, signal, timeLimitOf(headers)) };
}

export function answerHistory({ source, query, signal }: MetricsQuestion<HistoryQuery>): Promise<MetricsAnswer> {
  const executions = source.beginHistory(query);
  return json(signal, (out) => executionsSteps(out, executions));
}

export function answerTrends({ source, query, signal }: MetricsQuestion<TrendsQuery>): Promise<MetricsAnswer> {
  const trends = source.beginTrends(query);
  return json(signal, (out) => trendsSteps(out, trends));
}

export function answerRunning({ source, signal }: MetricsQuestion<unknown>): Promise<MetricsAnswer> {
  const executions = source.beginRunning();
  return json(signal, (out) => executionsSteps(out, executions));
}

export async function json(signal: AbortSignal, steps: WriteSteps): Promise<MetricsAnswer> {
  return { contentType: CONTENT_TYPES.json, body: await writeInSlices(signal, steps) };
}

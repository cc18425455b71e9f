import { executionDocument, runningDocument } from '../../export/json/execution.document';
import { trendsDocument } from '../../export/json/trends.document';
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

export function answerHistory({ source, query }: MetricsQuestion<HistoryQuery>): MetricsAnswer {
  return json({ executions: source.collector.getHistory(query).map(executionDocument) });
}

export function answerTrends({ source, query }: MetricsQuestion<TrendsQuery>): MetricsAnswer {
  return json(trendsDocument(source.collector.getTrends(query)));
}

export function answerRunning({ source }: MetricsQuestion<unknown>): MetricsAnswer {
  return json({ executions: source.collector.getRunning().map(runningDocument) });
}

function json(document: unknown): MetricsAnswer {
  return { contentType: CONTENT_TYPES.json, body: [Buffer.from(JSON.stringify(document))] };
}

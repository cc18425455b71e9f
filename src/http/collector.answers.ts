import type { ExportFormat } from '../collection/export-format';
import type { MetricsCollector } from '../collection/metrics-collector';
import { executionDocument, runningDocument } from '../export/execution.document';
import { trendsDocument } from '../export/trends.document';
import { CONTENT_TYPES, negotiateFormat } from './content-negotiation';
import type { MetricsAnswer, MetricsAnswers, MetricsRequest } from './metrics-answer';
import { readHistoryQuery, readMetricsQuery, readTrendsQuery } from './request-query';

/** Answers from what the collector has. */
export class CollectorAnswers implements MetricsAnswers {
  constructor(
    private readonly collector: MetricsCollector,
    private readonly defaultFormat: ExportFormat,
  ) {}

  async metrics({ query, headers }: MetricsRequest): Promise<MetricsAnswer> {
    const accepted = headers.accept;
    const header = Array.isArray(accepted) ? accepted.join(',') : accepted;
    const format = readMetricsQuery(query).format ?? negotiateFormat(header, this.defaultFormat);
    return { contentType: CONTENT_TYPES[format], body: await this.collector.exportMetrics(format) };
  }

  async history({ query }: MetricsRequest): Promise<MetricsAnswer> {
    return json({ executions: this.collector.getHistory(readHistoryQuery(query)).map(executionDocument) });
  }

  async trends({ query }: MetricsRequest): Promise<MetricsAnswer> {
    return json(trendsDocument(this.collector.getTrends(readTrendsQuery(query))));
  }

  async running(): Promise<MetricsAnswer> {
    return json({ executions: this.collector.getRunning().map(runningDocument) });
  }
}

function json(document: unknown): MetricsAnswer {
  return { contentType: CONTENT_TYPES.json, body: JSON.stringify(document) };
}

import type { ExportFormat } from '../../collection/export-format';
import type { MetricsCollector } from '../../collection/metrics-collector';
import { executionDocument, runningDocument } from '../../export/json/execution.document';
import { trendsDocument } from '../../export/json/trends.document';
import { CONTENT_TYPES, negotiateFormat } from './content-negotiation';
import type { MetricsAnswer, MetricsAnswers, MetricsRequest } from './metrics-answer';
import { readHistoryQuery, readMetricsQuery, readTrendsQuery } from './request-query';

export interface CollectorAnswersOptions {
  readonly collector: MetricsCollector;
  /** As the collector exports, but in pieces of bytes, and until the signal ends it early. */
  readonly export: (format: ExportFormat, signal: AbortSignal) => Promise<readonly Buffer[]>;
  readonly defaultFormat: ExportFormat;
}

/** Answers from what the collector has. */
export class CollectorAnswers implements MetricsAnswers {
  private readonly collector: MetricsCollector;

  constructor(private readonly options: CollectorAnswersOptions) {
    this.collector = options.collector;
  }

  async metrics({ query, headers }: MetricsRequest, signal: AbortSignal): Promise<MetricsAnswer> {
    const accepted = headers.accept;
    const header = Array.isArray(accepted) ? accepted.join(',') : accepted;
    const format = readMetricsQuery(query).format ?? negotiateFormat(header, this.options.defaultFormat);
    return { contentType: CONTENT_TYPES[format], body: await this.options.export(format, signal) };
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
  return { contentType: CONTENT_TYPES.json, body: [Buffer.from(JSON.stringify(document))] };
}

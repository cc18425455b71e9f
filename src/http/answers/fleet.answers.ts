import { documentOf } from '../../export/json/json-document';
import { CONTENT_TYPES } from './content-negotiation';
import type { MetricsAnswer } from './metrics-answer';
import type { MetricsQuestion } from './metrics-route';
import { Refusal } from './refusal';
import type { FleetQuery } from './request-query';

/** @throws Refusal where no Prometheus is configured */
export async function answerFleet({ source, query, signal }: MetricsQuestion<FleetQuery>): Promise<MetricsAnswer> {
  const { fleet } = source;
  if (fleet === undefined) throw new Refusal(404, 'The option "endpoint.dashboard.prometheusUrl" is not set.');
  const answer = await fleet.ask(query, signal);
  return { contentType: CONTENT_TYPES.json, body: [Buffer.from(JSON.stringify(documentOf(answer)))] };
}

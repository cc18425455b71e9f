import { NotFoundException } from '@nestjs/common';
import { requestSteps, requestsSteps } from '../../export/json/request.document';
import { json } from './collector.answers';
import type { MetricsAnswer } from './metrics-answer';
import type { MetricsQuestion } from './metrics-route';
import type { MetricsSource } from './metrics-source';
import { readText, type RequestsQuery } from './request-query';

/** @throws NotFoundException where requests are not kept */
export async function answerRequests(question: MetricsQuestion<RequestsQuery>): Promise<MetricsAnswer> {
  const { source, query, givenQuery, signal } = question;
  checkKept(source);
  const { breakdownBy } = source;
  const breakdown = breakdownBy === undefined ? undefined : readText(breakdownBy, givenQuery);
  const requests = source.collector.getRequests({ ...query, breakdown });
  return json(signal, (out) => requestsSteps(out, requests));
}

/** @throws NotFoundException where the request is not kept, or none are */
export async function answerRequest({ source, params, signal }: MetricsQuestion<unknown>): Promise<MetricsAnswer> {
  checkKept(source);
  const request = source.collector.getRequest(params.id ?? '');
  if (request === undefined) throw new NotFoundException('This request is not kept, or has never been.');
  return json(signal, (out) => requestSteps(out, request));
}

function checkKept({ keepsRequests }: MetricsSource): void {
  if (!keepsRequests) throw new NotFoundException('Requests are not kept: the option "requestHistory" is false.');
}

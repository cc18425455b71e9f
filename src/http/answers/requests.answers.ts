import type { FinishedRequest, RunningRequest } from '../../collection/requests/request';
import { writeInSlices } from '../../export/json/json-slices';
import { requestSteps, requestsSteps } from '../../export/json/request.document';
import { byDuration, byStart, listPartSteps } from '../../export/parts/list-part';
import { json, jsonOf } from './collector.answers';
import type { MetricsAnswer } from './metrics-answer';
import type { MetricsQuestion, SharedAnswer } from './metrics-route';
import type { MetricsSource } from './metrics-source';
import { Refusal } from './refusal';
import { readText, type RequestsQuery } from './request-query';

/** @throws Refusal where requests are not kept */
export async function answerRequests(question: MetricsQuestion<RequestsQuery>): Promise<MetricsAnswer> {
  checkKept(question.source);
  const requests = findRequests(question);
  return json(question.signal, (out) => requestsSteps(out, requests));
}

export const sharedRequests: SharedAnswer<RequestsQuery> = {
  part: async (question) => {
    const order = question.query.view === 'slowest' ? byDuration : byStart;
    const requests = findRequests(question);
    return writeInSlices(question.signal, (out) => listPartSteps(out, requests, order));
  },
  answer: async (machine, asked, { source, query }) => {
    checkKept(source);
    return jsonOf(await machine.list(asked, 'requests', query.limit));
  },
};

/** @throws Refusal where the request is not kept, or none are */
export async function answerRequest(question: MetricsQuestion<unknown>): Promise<MetricsAnswer> {
  checkKept(question.source);
  return jsonOf((await findRequest(question)) ?? refuseUnknown());
}

export const sharedRequest: SharedAnswer<unknown> = {
  part: async (question) => (await findRequest(question)) ?? [],
  answer: async (machine, asked, { source }) => {
    checkKept(source);
    return jsonOf((await machine.find(asked)) ?? refuseUnknown());
  },
};

function findRequests({
  source,
  query,
  givenQuery,
}: MetricsQuestion<RequestsQuery>): (FinishedRequest | RunningRequest)[] {
  const { breakdownBy } = source;
  const breakdown = breakdownBy === undefined ? undefined : readText(breakdownBy, givenQuery);
  return source.collector.getRequests({ ...query, breakdown });
}

async function findRequest({ source, params, signal }: MetricsQuestion<unknown>) {
  const request = source.collector.getRequest(params.id ?? '');
  return request && writeInSlices(signal, (out) => requestSteps(out, request));
}

function refuseUnknown(): never {
  throw new Refusal(404, 'This request is unknown or no longer kept.');
}

function checkKept({ keepsRequests }: MetricsSource): void {
  if (!keepsRequests) throw new Refusal(404, 'Requests are not kept: the option "requestHistory" is false.');
}

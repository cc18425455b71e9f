import type * as v from 'valibot';
import {
  answerHistory,
  answerMetrics,
  answerRunning,
  answerTrends,
  sharedHistory,
  sharedMetrics,
  sharedRunning,
  sharedTrends,
} from './collector.answers';
import { answerFleet } from './fleet.answers';
import { answerRequest, answerRequests, sharedRequest, sharedRequests } from './requests.answers';
import type { MetricsRequest } from './metrics-answer';
import { METRICS_PATHS, type RouteName } from './metrics-paths';
import { defineRoute, findRoute, type MetricsRoute, type RouteDefinition } from './metrics-route';
import type { MetricsSource } from './metrics-source';
import {
  fleetQuery,
  historyQuery,
  metricsQuery,
  noQuery,
  readParameters,
  requestsQuery,
  trendsQuery,
} from './request-query';

function route<Schema extends v.GenericSchema>(
  name: RouteName,
  definition: Omit<RouteDefinition<Schema>, 'name' | 'path'>,
): MetricsRoute {
  return defineRoute({ name, path: METRICS_PATHS[name], ...definition });
}

/** The routes of the endpoint, here and nowhere else, in the order of their paths. */
export const METRICS_ROUTES: readonly MetricsRoute[] = [
  route('metrics', { query: metricsQuery, answer: answerMetrics, shared: sharedMetrics }),
  route('history', { query: historyQuery, answer: answerHistory, shared: sharedHistory }),
  route('trends', { query: trendsQuery, answer: answerTrends, shared: sharedTrends }),
  route('running', { query: noQuery, answer: answerRunning, shared: sharedRunning }),
  route('requests', { query: requestsQuery, answer: answerRequests, shared: sharedRequests }),
  route('request', { query: noQuery, answer: answerRequest, shared: sharedRequest }),
  // The same, whichever process is asked.
  route('fleet', { query: fleetQuery, answer: answerFleet }),
];

export function routeNamed(name: RouteName): MetricsRoute {
  return METRICS_ROUTES.find((route) => route.name === name)!;
}

/** What this process tells another one that asks for a part of its answer. */
export function answerPart(
  url: string,
  headers: MetricsRequest['headers'],
  source: MetricsSource,
  signal: AbortSignal,
) {
  // Not parsed: a URL would take the id ".." for the way to another route.
  const [path, query] = url.slice(1).split('?', 2);
  const found = findRoute(METRICS_ROUTES, path!);
  const request = { headers, query: readParameters(new URLSearchParams(query)), params: found?.params ?? {} };
  return found?.route.part(request, source, signal) ?? Promise.resolve([]);
}

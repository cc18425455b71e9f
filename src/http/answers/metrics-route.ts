import { BadRequestException } from '@nestjs/common';
import type * as v from 'valibot';
import type { MetricsAnswer, MetricsRequest } from './metrics-answer';
import type { MetricsSource } from './metrics-source';
import { readQuery } from './request-query';

/** One route of the endpoint. The controller and the listener are made from these. */
export interface MetricsRoute {
  /** Of the handler in the controller. */
  readonly name: string;
  /** Below the endpoint, empty for the endpoint itself; `:id` as a segment is a parameter. */
  readonly path: string;
  /**
   * @throws BadRequestException where the query is not allowed
   * @throws when `signal` aborts, which says that nobody waits for the answer any more
   */
  answer(request: MetricsRequest, source: MetricsSource, signal: AbortSignal): Promise<MetricsAnswer>;
}

/** A request as an answer sees it. */
export interface MetricsQuestion<Query> {
  readonly source: MetricsSource;
  /** As the schema of the route has read it. */
  readonly query: Query;
  /** As it was given. */
  readonly givenQuery: MetricsRequest['query'];
  readonly headers: MetricsRequest['headers'];
  readonly params: MetricsRequest['params'];
  readonly signal: AbortSignal;
}

interface RouteDefinition<Schema extends v.GenericSchema> {
  readonly name: string;
  readonly path: string;
  readonly query: Schema;
  readonly answer: (question: MetricsQuestion<v.InferOutput<Schema>>) => MetricsAnswer | Promise<MetricsAnswer>;
}

export function defineRoute<Schema extends v.GenericSchema>({
  name,
  path,
  query: schema,
  answer,
}: RouteDefinition<Schema>): MetricsRoute {
  return {
    name,
    path,
    answer: async ({ query, headers, params }, source, signal) =>
      answer({ source, query: readQuery(schema, query), givenQuery: query, headers, params, signal }),
  };
}

export interface RouteMatch {
  readonly route: MetricsRoute;
  readonly params: MetricsRequest['params'];
}

/**
 * The first of the routes that answers a path below the endpoint, matched as the application's router does it.
 *
 * @throws BadRequestException where a parameter cannot be decoded
 */
export function findRoute(routes: readonly MetricsRoute[], path: string): RouteMatch | undefined {
  const given = path.split('/');
  const route = routes.find((candidate) => matches(candidate.path.split('/'), given));
  return route && { route, params: readParameters(route.path.split('/'), given) };
}

function matches(segments: readonly string[], given: readonly string[]): boolean {
  const isMatch = (segment: string, text: string) => (isParameter(segment) ? text !== '' : text === segment);
  return segments.length === given.length && segments.every((segment, at) => isMatch(segment, given[at]!));
}

function readParameters(segments: readonly string[], given: readonly string[]): Record<string, string> {
  const parameters = segments
    .map((segment, at) => [segment, given[at]!] as const)
    .filter(([name]) => isParameter(name));
  return Object.fromEntries(parameters.map(([name, text]) => [name.slice(1), decode(text)]));
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadRequestException();
  }
}

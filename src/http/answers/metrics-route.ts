import type * as v from 'valibot';
import type { MachineAnswers, PartQuestion } from './machine-answers';
import type { MetricsAnswer, MetricsRequest } from './metrics-answer';
import type { MetricsSource } from './metrics-source';
import { Refusal } from './refusal';
import { readQuery, readWholeNumber } from './request-query';
import { timeLimitOf } from './scrape-time-limit';

/** One route of the endpoint. The controller and the listener are made from these. */
export interface MetricsRoute {
  /** Of the handler in the controller. */
  readonly name: string;
  /** One of `METRICS_PATHS`. */
  readonly path: string;
  /**
   * @throws Refusal where the query is not allowed
   * @throws when `signal` aborts, which says that the client waits no longer
   */
  answer(request: MetricsRequest, source: MetricsSource, signal: AbortSignal): Promise<MetricsAnswer>;
  /** What this process tells another one that answers for both. Nothing where it has nothing to tell. */
  part(request: MetricsRequest, source: MetricsSource, signal: AbortSignal): Promise<readonly Buffer[]>;
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

/** How the processes of a machine answer together. */
export interface SharedAnswer<Query> {
  /** What this process tells the one that was asked. */
  readonly part: (question: MetricsQuestion<Query>) => Promise<readonly Buffer[]>;
  /** The answer for all. */
  readonly answer: (
    machine: MachineAnswers,
    asked: PartQuestion,
    question: MetricsQuestion<Query>,
  ) => Promise<MetricsAnswer>;
}

export interface RouteDefinition<Schema extends v.GenericSchema> {
  readonly name: string;
  readonly path: string;
  readonly query: Schema;
  readonly answer: (question: MetricsQuestion<v.InferOutput<Schema>>) => Promise<MetricsAnswer>;
  /** @default this process answers, whatever the others would */
  readonly shared?: SharedAnswer<v.InferOutput<Schema>>;
}

export function defineRoute<Schema extends v.GenericSchema>(definition: RouteDefinition<Schema>): MetricsRoute {
  const { name, path, query: schema, answer, shared } = definition;
  const read = ({ query, headers, params }: MetricsRequest, source: MetricsSource, signal: AbortSignal) => {
    return { source, query: readQuery(schema, query), givenQuery: query, headers, params, signal };
  };
  return {
    name,
    path,
    answer: async (request, source, signal) => {
      const question = read(request, source, signal);
      if (shared === undefined || source.machine === undefined) return answer(question);
      const asked = { ...askedOfAll(path, question), ownPart: () => shared.part(question) };
      return shared.answer(source.machine, asked, question);
    },
    part: async (...asked) => shared?.part(read(...asked)) ?? [],
  };
}

/** @throws Refusal where a worker is wanted that is no number */
function askedOfAll(path: string, { givenQuery, headers, params, signal }: MetricsQuestion<unknown>) {
  const given = Object.entries(givenQuery ?? {}) as [string, unknown][];
  const query = given.flatMap(([name, values]): [string, string][] =>
    name === WORKER ? [] : [values].flat().flatMap((value) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  return {
    path: path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? '')),
    query: new URLSearchParams(query),
    worker: readWholeNumber(WORKER, givenQuery),
    timeLimitMs: timeLimitOf(headers),
    signal,
  };
}

/** The parameter that says which process is wanted. */
const WORKER = 'worker';

export interface RouteMatch {
  readonly route: MetricsRoute;
  readonly params: MetricsRequest['params'];
}

/**
 * The first of the routes that answers a path below the endpoint, matched as the application's router does it.
 *
 * @throws Refusal where a parameter cannot be decoded
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
    throw new Refusal(400);
  }
}

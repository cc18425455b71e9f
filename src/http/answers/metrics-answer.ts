/** What a route answers with. */
export interface MetricsAnswer {
  readonly contentType: string;
  /** In pieces, which are sent one after the other. */
  readonly body: readonly Buffer[];
}

/** The parts of a request that an answer depends on; alike on Express and Fastify. */
export interface MetricsRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: unknown;
}

/** Makes the answers, one method per route. */
export interface MetricsAnswers {
  /** @throws when `signal` aborts, which says that nobody waits for the answer any more */
  metrics(request: MetricsRequest, signal: AbortSignal): Promise<MetricsAnswer>;
  history(request: MetricsRequest): Promise<MetricsAnswer>;
  trends(request: MetricsRequest): Promise<MetricsAnswer>;
  running(request: MetricsRequest): Promise<MetricsAnswer>;
}

export type MetricsRoute = keyof MetricsAnswers;

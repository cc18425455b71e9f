/** What a route answers with. */
export interface MetricsAnswer {
  readonly contentType: string;
  /** In pieces, which are sent one after the other. */
  readonly body: readonly Buffer[];
}

/** The parts of a request that an answer depends on; alike on Express, Fastify and the listener. */
export interface MetricsRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: unknown;
  /** By the names in the path of the route. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * What the page shows beyond this process: all instances, asked of a server with the HTTP API of Prometheus (Prometheus
 * itself, VictoriaMetrics, Thanos, Mimir), and links to traces.
 *
 * The application asks that server, never the browser: its address, queries and credentials do not reach the page.
 *
 * @example
 * MetricsModule.forRoot({
 *   endpoint: { dashboard: { prometheusUrl: 'http://prometheus:9090', selector: 'job="agents"' } },
 * });
 */
export interface DashboardOptions {
  /**
   * Where its API begins, without `/api/v1`. A path before it, a query after it, and `user:password@` are kept; the
   * latter is sent as a header.
   *
   * @default none: the page shows this process only
   */
  readonly prometheusUrl?: string;
  /** Sent with each question, such as `Authorization` or `X-Scope-OrgID`. @default {} */
  readonly prometheusHeaders?: Readonly<Record<string, string>>;
  /**
   * Which instances belong to the fleet: matchers of the labels that the scraper gives its targets, as PromQL has them.
   *
   * @default every instance that exposes metrics of this prefix
   * @example
   * const dashboard = { prometheusUrl: 'http://prometheus:9090', selector: 'job="agents", namespace=~"prod-.+"' };
   */
  readonly selector?: string;
  /**
   * Where a trace is shown, with `{traceId}` in the place of its id. Requests and steps that ran in a sampled trace link
   * there.
   *
   * @default no links
   * @example
   * const dashboard = { traceUrl: 'https://jaeger.example.com/trace/{traceId}' };
   */
  readonly traceUrl?: string;
}

/** With the server that knows all instances. */
export type FleetOptions = DashboardOptions & { readonly prometheusUrl: string };

export function knowsFleet(options: DashboardOptions): options is FleetOptions {
  return options.prometheusUrl !== undefined;
}

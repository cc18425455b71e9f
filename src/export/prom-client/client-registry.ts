/**
 * What a registry has to have to hold our families: a `Registry` of `prom-client` has it, and one of its successor
 * `@prometheus-io/client`.
 *
 * @example
 * import { register } from 'prom-client';
 * MetricsModule.forRoot({ registry: register });
 */
export interface ClientRegistry {
  /** Adds a metric under its name. */
  registerMetric(metric: object): void;
  /** Takes out the metric of that name. */
  removeSingleMetric(name: string): void;
  /** The metric of that name. */
  getSingleMetric(name: string): object | undefined;
  /** All metrics. */
  getMetricsAsArray(): object[];
  /** All metrics with their values. */
  getMetricsAsJSON(): Promise<object[]>;
}

const METHODS = [
  'registerMetric',
  'removeSingleMetric',
  'getSingleMetric',
  'getMetricsAsArray',
  'getMetricsAsJSON',
] as const satisfies readonly (keyof ClientRegistry)[];

/** By its methods: an application may hold several copies of a client. */
export function isClientRegistry(value: unknown): value is ClientRegistry {
  const registry = value as Partial<ClientRegistry> | null | undefined;
  return METHODS.every((method) => typeof registry?.[method] === 'function');
}

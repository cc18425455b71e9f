import type { Contestant } from '../harness/contestant';

/** Who takes part, under the names that the results give them. */
export const OURS: Contestant = { label: 'nestjs-agent-metrics', subject: 'agent-metrics' };
export const OURS_WITHOUT_CONTEXT: Contestant = {
  label: 'nestjs-agent-metrics, asyncContext: false',
  subject: 'agent-metrics',
  options: { asyncContext: false },
};
export const PROM_CLIENT: Contestant = { label: 'prom-client', subject: 'prom-client' };
export const PROM_CLIENT_BOUND: Contestant = { label: 'prom-client, bound children', subject: 'prom-client-bound' };
export const PROM_CLIENT_NO_GAUGE: Contestant = { label: 'prom-client, no gauge', subject: 'prom-client-no-gauge' };
export const OPENTELEMETRY: Contestant = { label: 'OpenTelemetry SDK', subject: 'opentelemetry' };
export const NESTJS_OTEL: Contestant = { label: 'nestjs-otel, counts only', subject: 'nestjs-otel' };
export const FLOOR: Contestant = { label: 'floor (written by hand)', subject: 'floor' };
/** What no wrapper can do without, nothing counted: the limit of what tracking a call can come to. */
export const CHAINED: Contestant = { label: 'the clock twice and a promise, in a context', subject: 'chained' };
export const CHAINED_WITHOUT_CONTEXT: Contestant = {
  label: 'the clock twice and a promise',
  subject: 'chained',
  options: { asyncContext: false },
};
export const BARE: Contestant = { label: 'bare', subject: 'bare' };
export const PROM_CLIENT_OBJECTS: Contestant = {
  label: 'prom-client `getMetricsAsJSON()`, not yet text',
  subject: 'prom-client-objects',
};

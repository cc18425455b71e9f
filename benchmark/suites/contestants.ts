import type { Contestant } from '../harness/contestant';

/** Who takes part, under the names that the results give them. */
export const OURS: Contestant = { label: 'nestjs-agent-metrics', subject: 'agent-metrics' };
/** This library with an option, under the name that the results give it. */
export const oursWith = (label: string, options: Contestant['options']): Contestant => ({ ...OURS, label, options });

export const OURS_WITHOUT_CONTEXT = oursWith('nestjs-agent-metrics, asyncContext: false', { asyncContext: false });
export const PROM_CLIENT: Contestant = { label: 'prom-client', subject: 'prom-client' };
export const PROM_CLIENT_BOUND: Contestant = { label: 'prom-client, bound children', subject: 'prom-client-bound' };
export const PROM_CLIENT_NO_GAUGE: Contestant = { label: 'prom-client, no gauge', subject: 'prom-client-no-gauge' };
export const OPENTELEMETRY: Contestant = { label: 'OpenTelemetry SDK', subject: 'opentelemetry' };
export const OPENTELEMETRY_SPANS: Contestant = { label: 'OpenTelemetry span, sampled', subject: 'opentelemetry-spans' };
export const NESTJS_OTEL: Contestant = { label: 'nestjs-otel, counts only', subject: 'nestjs-otel' };
export const BY_HAND: Contestant = { label: 'counted by hand, no promise, no context', subject: 'by-hand' };
/** What no wrapper that has a context can do without, nothing counted: the limit of what tracking a call can come to. */
export const FLOOR: Contestant = { label: 'floor: the clock twice, a promise, a context', subject: 'floor' };
export const FLOOR_WITHOUT_CONTEXT: Contestant = {
  label: 'floor without a context',
  subject: 'floor',
  options: { asyncContext: false },
};
export const BARE: Contestant = { label: 'bare', subject: 'bare' };
export const PROM_CLIENT_OBJECTS: Contestant = {
  label: 'prom-client `getMetricsAsJSON()`, not yet text',
  subject: 'prom-client-objects',
};
export const PROM_CLIENT_AS_JSON: Contestant = { label: 'prom-client, as text', subject: 'prom-client' };

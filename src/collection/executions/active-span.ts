import { createRequire } from 'node:module';

/** What is used of a span's context. */
export interface ActiveSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** The bit of the trace flags that says that the trace is kept: `TraceFlags.SAMPLED` of the W3C's trace context. */
export const SAMPLED_FLAG = 1;

/** What is used of `@opentelemetry/api`, which is an optional peer. */
interface OpenTelemetryApi {
  readonly trace: {
    getActiveSpan(): { spanContext(): ActiveSpan } | undefined;
  };
  isSpanContextValid(context: ActiveSpan): boolean;
}

/** Where `@opentelemetry/api` keeps what was registered with any copy of its first major version. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
const holder = globalThis as { [REGISTERED]?: { readonly context?: unknown } };

let api: OpenTelemetryApi | null | undefined;

/** Whether OpenTelemetry is in use: without a context manager there can be no active span. */
export function hasTracing(): boolean {
  return holder[REGISTERED]?.context !== undefined;
}

/** The span in which the caller runs; undefined outside any, and where OpenTelemetry is not in use. */
export function activeSpan(): ActiveSpan | undefined {
  // Asking the API costs more than counting the call.
  return hasTracing() ? askForSpan() : undefined;
}

/** A tracer that fails costs an execution its trace, and nothing else. */
function askForSpan(): ActiveSpan | undefined {
  if (api === undefined) api = load();
  try {
    const context = api?.trace.getActiveSpan()?.spanContext();
    if (context === undefined || !api?.isSpanContextValid(context)) return undefined;
    // A copy, since the history outlives the trace: what some tracers hand out as its context holds all of its spans.
    const { traceId, spanId, traceFlags } = context;
    return { traceId, spanId, traceFlags };
  } catch {
    return undefined;
  }
}

function load(): OpenTelemetryApi | null {
  try {
    return createRequire(__filename)('@opentelemetry/api') as OpenTelemetryApi;
  } catch {
    return null;
  }
}

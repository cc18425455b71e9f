import { createRequire } from 'node:module';

/** What is used of `@opentelemetry/api`, which is an optional peer. */
interface OpenTelemetryApi {
  readonly trace: {
    getActiveSpan(): { spanContext(): { readonly traceId: string } } | undefined;
  };
  isSpanContextValid(context: { readonly traceId: string }): boolean;
}

let api: OpenTelemetryApi | null | undefined;

/** The trace in which the caller runs; undefined outside any, and where OpenTelemetry is not installed. */
export function activeTraceId(): string | undefined {
  if (api === undefined) api = load();
  const context = api?.trace.getActiveSpan()?.spanContext();
  return context !== undefined && api?.isSpanContextValid(context) ? context.traceId : undefined;
}

function load(): OpenTelemetryApi | null {
  try {
    return createRequire(__filename)('@opentelemetry/api') as OpenTelemetryApi;
  } catch {
    return null;
  }
}

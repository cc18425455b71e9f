/** Seconds and nanoseconds since 1970. */
export type HrTime = readonly [number, number];

/** What a span says of itself, by name. */
export type Attributes = Readonly<Record<string, unknown>>;

/** The fields of a span of the OpenTelemetry SDK, 1.x or 2.x, that are read when it starts. */
export interface StartedSpan {
  /** Of the span. */
  readonly name: string;
  /** As far as they are known. */
  readonly attributes: Attributes;
  /** When it began. */
  readonly startTime: HrTime;
}

/** Something that happened within a span. */
export interface SpanEvent {
  /** `exception` for one. */
  readonly name: string;
  /** What it says of itself. */
  readonly attributes?: Attributes;
}

/** The fields that are read when it has ended. */
export interface EndedSpan extends StartedSpan {
  /** When it ended. */
  readonly endTime: HrTime;
  /** How it ended. */
  readonly status: {
    /** 2 is an error. */
    readonly code: number;
  };
  /** What happened within it. */
  readonly events: readonly SpanEvent[];
}

export function dateOf([seconds, nanoseconds]: HrTime): Date {
  return new Date(seconds * 1e3 + nanoseconds / 1e6);
}

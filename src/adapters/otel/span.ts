/** Seconds and nanoseconds since 1970. */
export type HrTime = readonly [number, number];

export type Attributes = Readonly<Record<string, unknown>>;

/** What is read of a span of the OpenTelemetry SDK, 1.x or 2.x, when it starts. */
export interface StartedSpan {
  /** Of the span. */
  readonly name: string;
  /** As far as they are known. */
  readonly attributes: Attributes;
  /** When it began. */
  readonly startTime: HrTime;
}

/** What is read of it when it has ended. */
export interface EndedSpan extends StartedSpan {
  /** When it ended. */
  readonly endTime: HrTime;
  /** 2 is an error. */
  readonly status: { readonly code: number };
  /** An exception is one of them. */
  readonly events: readonly { readonly name: string; readonly attributes?: Attributes }[];
}

export function dateOf([seconds, nanoseconds]: HrTime): Date {
  return new Date(seconds * 1e3 + nanoseconds / 1e6);
}

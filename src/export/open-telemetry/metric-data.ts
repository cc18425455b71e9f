/*
 * The part of the OpenTelemetry SDK's metric data that we make, 2.x and 3.x alike: structures of our own, never an import.
 */

/** Seconds and nanoseconds since 1970. */
export type PointTime = [seconds: number, nanoseconds: number];

/** By the names of attributes. */
export type PointAttributes = Record<string, string | number>;

/** Numbers of the SDK's enumerations. */
export const VALUE_TYPES = { int: 0, double: 1 } as const;
export const POINT_TYPES = { histogram: 0, gauge: 2, sum: 3 } as const;
export const CUMULATIVE = 1;

/** What a metric is, apart from its points. */
export interface MetricDescriptor {
  /** As `gen_ai.invoke_agent.duration`. */
  readonly name: string;
  /** What it measures. */
  readonly description: string;
  /** In UCUM, as `s`, `By` or `{token}`. */
  readonly unit: string;
  /** 0 for whole numbers, 1 for others. */
  readonly valueType: 0 | 1;
}

/** One label set of a metric, with its value. */
export interface DataPoint<Value> {
  /** Since when it counts. */
  readonly startTime: PointTime;
  /** When it was read. */
  readonly endTime: PointTime;
  /** What tells it from others of its metric. */
  readonly attributes: PointAttributes;
  /** As it was then. */
  readonly value: Value;
}

/** What was observed since the start time. */
export interface HistogramValue {
  /** How many of them fell where. */
  readonly buckets: {
    /** Upper bounds, ascending. */
    boundaries: number[];
    /** One more than there are bounds; not cumulative. */
    counts: number[];
  };
  /** How many. */
  readonly count: number;
  /** In the unit of the metric. */
  readonly sum: number;
  /** The smallest; left out where there is none, or where it is not known. */
  readonly min?: number;
  /** The largest; left out where there is none, or where it is not known. */
  readonly max?: number;
}

interface CumulativeData {
  /** What the metric is. */
  readonly descriptor: MetricDescriptor;
  /** Cumulative. */
  readonly aggregationTemporality: typeof CUMULATIVE;
}

/** A counter; if it is not monotonic, a current number. */
export interface SumData extends CumulativeData {
  /** A sum. */
  readonly dataPointType: typeof POINT_TYPES.sum;
  /** Whether it only ever grows. */
  readonly isMonotonic: boolean;
  /** A point for each label set. */
  readonly dataPoints: DataPoint<number>[];
}

/** What cannot be added up over several processes. */
export interface GaugeData extends CumulativeData {
  /** A gauge. */
  readonly dataPointType: typeof POINT_TYPES.gauge;
  /** A point for each label set. */
  readonly dataPoints: DataPoint<number>[];
}

/** A histogram with explicit bounds. */
export interface HistogramData extends CumulativeData {
  /** A histogram. */
  readonly dataPointType: typeof POINT_TYPES.histogram;
  /** A point for each label set. */
  readonly dataPoints: DataPoint<HistogramValue>[];
}

/** One metric with all its points. */
export type MetricData = SumData | GaugeData | HistogramData;

/** @param milliseconds since 1970 */
export function pointTime(milliseconds: number): PointTime {
  const seconds = Math.floor(milliseconds / 1_000);
  // Whole nanoseconds of a number that has parts of a millisecond may come to a second.
  const nanoseconds = Math.min(Math.round((milliseconds - seconds * 1_000) * 1e6), 999_999_999);
  return [seconds, nanoseconds];
}

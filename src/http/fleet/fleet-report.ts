import type { FleetReason } from './fleet-fault';
import type { FleetRange } from './fleet-range';

/** What was asked. */
export interface FleetQuestion {
  readonly range: FleetRange;
  /** The only one that totals and courses are of; undefined for all. */
  readonly instance: string | undefined;
}

/** There is no answer, and why. */
export interface FleetSilence extends FleetQuestion {
  readonly reason: FleetReason;
}

/** What the server knows of all instances. What it does not know is undefined. */
export interface FleetReport extends FleetQuestion {
  readonly reason: undefined;
  /** Questions that it has not answered, while it has answered others. */
  readonly missing: readonly string[];
  readonly startTime: Date;
  readonly endTime: Date;
  readonly system: FleetSystem;
  readonly agents: readonly FleetAgent[];
  readonly models: readonly FleetModel[];
  /** Every one of the range, whichever is chosen. */
  readonly instances: readonly FleetInstance[];
  /** What has begun within the range, oldest first. */
  readonly starts: readonly FleetStart[];
  readonly courses: FleetCourses;
}

/** Within the range, of what was chosen. */
export interface FleetSystem {
  readonly totalRequests: number | undefined;
  readonly successfulRequests: number | undefined;
  readonly failedRequests: number | undefined;
  readonly cancelledRequests: number | undefined;
  readonly errorRate: number | undefined;
  readonly p50Seconds: number | undefined;
  readonly p95Seconds: number | undefined;
  readonly p99Seconds: number | undefined;
  /** Now. */
  readonly requestsInProgress: number | undefined;
  readonly totalTokens: number | undefined;
  readonly costUsd: number | undefined;
  readonly unpricedCalls: number | undefined;
}

export interface FleetAgent {
  readonly agentId: string;
  readonly executionCount: number;
  readonly successCount: number;
  readonly errorCount: number;
  readonly timeoutCount: number;
  readonly cancelledCount: number;
  readonly errorRate: number | undefined;
  readonly p95Seconds: number | undefined;
  readonly costUsd: number | undefined;
}

export interface FleetModel {
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
}

export interface FleetInstance {
  readonly instance: string;
  /** Read at this time, not to be reached, or no target any more. */
  readonly state: 'up' | 'down' | 'gone';
  /** Of its last process. */
  readonly startTime: Date | undefined;
  /** undefined where it is not read. */
  readonly uptimeSeconds: number | undefined;
  /** Within the range. */
  readonly restartCount: number;
  readonly totalRequests: number | undefined;
  readonly failedRequests: number | undefined;
  readonly errorRate: number | undefined;
  readonly p95Seconds: number | undefined;
  readonly requestsInProgress: number | undefined;
  readonly memoryUsageBytes: number | undefined;
}

export interface FleetStart {
  readonly instance: string;
  readonly time: Date;
  /** Another process had stood in its place. */
  readonly isRestart: boolean;
}

/** One value for each of `times`; null where there is none. */
export interface FleetCourses {
  readonly times: readonly Date[];
  /** Per second, by outcome. */
  readonly requests: readonly FleetCourse[];
  /** In seconds, by quantile. */
  readonly durations: readonly FleetCourse[];
  /** Per second, by model. */
  readonly tokens: readonly FleetCourse[];
  /** In US dollars per second, by agent. */
  readonly cost: readonly FleetCourse[];
}

export interface FleetCourse {
  /** undefined for the rest together, where there are many. */
  readonly name: string | undefined;
  readonly values: readonly (number | null)[];
}

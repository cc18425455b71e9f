import type { TokenUsage } from '../models/token-usage';

/** Counts and durations that agents and tools have in common. */
export interface ExecutionMetrics {
  /** Finished executions, whatever their status. */
  readonly executionCount: number;
  /** Those that ended well. */
  readonly successCount: number;
  /** Those that ended with an error. */
  readonly errorCount: number;
  /** Those that reached a limit, ours or one of their own. */
  readonly timeoutCount: number;
  /** Those that the caller, the reader, a signal or the end of the application cancelled. */
  readonly cancelledCount: number;
  /** Those that run now. */
  readonly inProgress: number;
  /** Attempts that were retried within them. */
  readonly retryCount: number;
  /** Of all finished ones together, in milliseconds. */
  readonly totalDurationMs: number;
  /** Total divided by count; 0 before the first execution, like the extremes. */
  readonly averageDurationMs: number;
  /** The shortest, in milliseconds. */
  readonly minDurationMs: number;
  /** The longest, in milliseconds. */
  readonly maxDurationMs: number;
}

/** One tool, under one agent or over all. */
export interface ToolMetrics extends ExecutionMetrics {
  /** Its label. */
  readonly toolName: string;
  /** Sizes of all input together; 0 unless they are measured or recorded. */
  readonly inputBytes: number;
  /** Sizes of all output together; 0 unless they are measured or recorded. */
  readonly outputBytes: number;
}

/** One agent, the tools that it called and the tokens that it used. */
export interface AgentMetrics extends ExecutionMetrics {
  /** Its label. */
  readonly agentId: string;
  /** Its display name; the id where it has none. */
  readonly agentName: string;
  /** Tokens and cost of its model calls. */
  readonly tokenUsage: TokenUsage;
  /** By name. */
  readonly toolMetrics: Readonly<Record<string, ToolMetrics>>;
}

/** One model over all agents and outside any. Durations are of the calls that told theirs. */
export interface ModelMetrics extends ExecutionMetrics {
  /** Its label. */
  readonly model: string;
  /** The first provider that was named; empty where none was. */
  readonly provider: string;
  /** How many of its calls have failed, timeouts included, by class name or code of the error. */
  readonly errors: Readonly<Record<string, number>>;
  /** Tracked calls that have ended, however, without any report of tokens. */
  readonly callsWithoutUsage: number;
  /** Tokens and cost of its calls. */
  readonly tokenUsage: TokenUsage;
}

/** One named cache of the application. */
export interface CacheMetrics {
  /** Look-ups that found something. */
  readonly hits: number;
  /** Look-ups that found nothing. */
  readonly misses: number;
  /** Hits divided by look-ups, 0 to 1; 0 before the first look-up. */
  readonly hitRate: number;
}

/** The requests of one value of the option `breakdown`, with all that ran inside them. */
export interface BreakdownMetrics {
  /** Outermost agent executions: successful + failed + cancelled. */
  readonly totalRequests: number;
  /** Ended with success. */
  readonly successfulRequests: number;
  /** Ended with an error or a timeout. */
  readonly failedRequests: number;
  /** Cancelled by the caller, the reader or a signal. */
  readonly cancelledRequests: number;
  /** Tokens and cost of all model calls inside them. */
  readonly tokenUsage: TokenUsage;
}

/** Requests by the values of the option `breakdown`. Requests without a value are in none. */
export interface Breakdown {
  /** What the values are: the option `breakdown.by`, such as `tenant`. */
  readonly by: string;
  /** By value; past `breakdown.maxValues` further ones together as `__other__`. */
  readonly values: Readonly<Record<string, BreakdownMetrics>>;
}

/** The application as a whole. */
export interface SystemMetrics {
  /** When counting began: at the start of the application or at the last reset. */
  readonly startTime: Date;
  /** The last record of any kind but a memory sample; null before the first. */
  readonly lastUpdated: Date | null;
  /** Since counting began. */
  readonly uptimeSeconds: number;
  /** Outermost agent executions: successful + failed + cancelled. */
  readonly totalRequests: number;
  /** Ended with success. */
  readonly successfulRequests: number;
  /** Ended with an error or a timeout. */
  readonly failedRequests: number;
  /** Cancelled by the caller, the reader or a signal. */
  readonly cancelledRequests: number;
  /** Outermost agent executions that run now. */
  readonly requestsInProgress: number;
  /** Durations of all finished requests together, in milliseconds. */
  readonly totalExecutionTimeMs: number;
  /** Of the finished requests, in milliseconds; 0 before the first. */
  readonly averageRequestTimeMs: number;
  /** MiB, two decimals. */
  readonly memoryUsageMb: number;
  /** The last reading of memory. */
  readonly memoryUsageBytes: number;
  /** MiB, two decimals. */
  readonly maxMemoryUsageMb: number;
  /** The highest reading of memory. */
  readonly maxMemoryUsageBytes: number;
  /** Over all caches, named or not. */
  readonly cacheHits: number;
  /** Over all caches, named or not. */
  readonly cacheMisses: number;
  /** Hits divided by look-ups, 0 to 1; 0 before the first look-up. */
  readonly cacheHitRate: number;
  /** Tokens and cost of all model calls. */
  readonly tokenUsage: TokenUsage;
}

import type { TokenUsage } from './token-usage';

/** Counts and durations that agents and tools have in common. */
export interface ExecutionMetrics {
  readonly executionCount: number;
  readonly successCount: number;
  readonly errorCount: number;
  readonly timeoutCount: number;
  readonly cancelledCount: number;
  readonly inProgress: number;
  readonly retryCount: number;
  readonly totalDurationMs: number;
  /** Total divided by count; 0 before the first execution, like the extremes. */
  readonly averageDurationMs: number;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
}

/** One tool, under one agent or over all. */
export interface ToolMetrics extends ExecutionMetrics {
  readonly toolName: string;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/** One agent, the tools that it called and the tokens that it used. */
export interface AgentMetrics extends ExecutionMetrics {
  readonly agentId: string;
  readonly agentName: string;
  readonly tokenUsage: TokenUsage;
  /** By name. */
  readonly toolMetrics: Readonly<Record<string, ToolMetrics>>;
}

/** One model over all agents and outside any. Durations are of the calls that told theirs. */
export interface ModelMetrics extends ExecutionMetrics {
  readonly model: string;
  /** The first provider that was named; empty where none was. */
  readonly provider: string;
  readonly tokenUsage: TokenUsage;
}

/** One named cache of the application. */
export interface CacheMetrics {
  readonly hits: number;
  readonly misses: number;
  /** Hits divided by look-ups, 0 to 1; 0 before the first look-up. */
  readonly hitRate: number;
}

/** The application as a whole. */
export interface SystemMetrics {
  /** When counting began: at the start of the application or at the last reset. */
  readonly startTime: Date;
  /** The last record of any kind but a memory sample; null before the first. */
  readonly lastUpdated: Date | null;
  readonly uptimeSeconds: number;
  /** Outermost agent executions: successful + failed + cancelled. */
  readonly totalRequests: number;
  readonly successfulRequests: number;
  /** Ended with an error or a timeout. */
  readonly failedRequests: number;
  readonly cancelledRequests: number;
  readonly requestsInProgress: number;
  readonly totalExecutionTimeMs: number;
  readonly averageRequestTimeMs: number;
  /** MiB, two decimals. */
  readonly memoryUsageMb: number;
  readonly memoryUsageBytes: number;
  /** MiB, two decimals. */
  readonly maxMemoryUsageMb: number;
  readonly maxMemoryUsageBytes: number;
  /** Over all caches, named or not. */
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly cacheHitRate: number;
  readonly tokenUsage: TokenUsage;
}

import { hostname } from 'node:os';
import type {
  ExecutionMetrics,
  ToolMetrics,
  AgentMetrics,
  SystemMetrics,
  CacheMetrics,
} from '../collection/metrics-snapshot';
import { readCache } from '../collection/metrics-snapshot';
import type { MetricsCollector } from '../collection/metrics-collector';
import type { MetricsStore } from '../collection/metrics-store';
import { VERSION } from '../version';
import { formatGoDuration, toSeconds } from './go-duration';

const BYTES_PER_MIB = 2 ** 20;

/** The JSON document: everything but the history, at one moment. */
export function exportJson(collector: MetricsCollector, { ledger, instanceId }: MetricsStore) {
  return {
    schema_version: 1,
    instance: { id: instanceId, hostname: hostname(), pid: process.pid, version: VERSION },
    system_metrics: systemDocument(collector.getSystemMetrics()),
    agent_metrics: byName(collector.getAgents(), agentDocument),
    tool_metrics: byName(collector.getTools(), toolDocument),
    cache_metrics: byName(ledger.caches, (series) => cacheDocument(readCache(series))),
  };
}

function systemDocument(system: SystemMetrics) {
  return {
    start_time: system.startTime,
    last_updated: system.lastUpdated,
    uptime_seconds: system.uptimeSeconds,
    total_requests: system.totalRequests,
    successful_requests: system.successfulRequests,
    failed_requests: system.failedRequests,
    cancelled_requests: system.cancelledRequests,
    requests_in_progress: system.requestsInProgress,
    ...duration('total_execution_time', system.totalExecutionTimeMs),
    ...duration('average_request_time', system.averageRequestTimeMs),
    ...memory('memory_usage', system.memoryUsageBytes),
    ...memory('max_memory_usage', system.maxMemoryUsageBytes),
    cache_hits: system.cacheHits,
    cache_misses: system.cacheMisses,
    cache_hit_rate: system.cacheHitRate,
  };
}

function agentDocument(agent: AgentMetrics) {
  return {
    agent_id: agent.agentId,
    agent_name: agent.agentName,
    ...countDocument(agent),
    ...durationDocument(agent),
    tool_metrics: byName(agent.toolMetrics, toolDocument),
  };
}

function toolDocument(tool: ToolMetrics) {
  return {
    tool_name: tool.toolName,
    ...countDocument(tool),
    input_bytes: tool.inputBytes,
    output_bytes: tool.outputBytes,
    ...durationDocument(tool),
  };
}

function countDocument(metrics: ExecutionMetrics) {
  return {
    execution_count: metrics.executionCount,
    success_count: metrics.successCount,
    error_count: metrics.errorCount,
    timeout_count: metrics.timeoutCount,
    cancelled_count: metrics.cancelledCount,
    in_progress: metrics.inProgress,
    retry_count: metrics.retryCount,
  };
}

function durationDocument(metrics: ExecutionMetrics) {
  return {
    ...duration('total_duration', metrics.totalDurationMs),
    ...duration('average_duration', metrics.averageDurationMs),
    ...duration('min_duration', metrics.minDurationMs),
    ...duration('max_duration', metrics.maxDurationMs),
  };
}

function cacheDocument({ hits, misses, hitRate }: CacheMetrics) {
  return { hits, misses, hit_rate: hitRate };
}

function duration(key: string, milliseconds: number) {
  return { [key]: formatGoDuration(milliseconds), [`${key}_seconds`]: toSeconds(milliseconds) };
}

function memory(key: string, bytes: number) {
  return { [`${key}_mb`]: Math.round((bytes / BYTES_PER_MIB) * 100) / 100, [`${key}_bytes`]: bytes };
}

/** A plain object by name. Without a prototype, so that `__proto__` is a name like any other. */
function byName<Value, Document>(values: ReadonlyMap<string, Value>, toDocument: (value: Value) => Document) {
  const documents = Object.create(null) as Record<string, Document>;
  for (const [name, value] of values) documents[name] = toDocument(value);
  return documents;
}

import { hostname } from 'node:os';
import type { MetricsCollector } from '../collection/metrics-collector';
import type {
  AgentMetrics,
  CacheMetrics,
  ExecutionMetrics,
  ModelMetrics,
  SystemMetrics,
  ToolMetrics,
} from '../collection/metrics-snapshot';
import { byName } from '../collection/snapshot.reader';
import type { TokenUsage } from '../collection/token-usage';
import { VERSION } from '../version';
import { formatGoDuration, toSeconds } from './go-duration';

/** The JSON document: everything but the history, at one moment. */
export function exportJson(collector: MetricsCollector, instanceId: string) {
  return {
    schema_version: 1,
    instance: { id: instanceId, hostname: hostname(), pid: process.pid, version: VERSION },
    system_metrics: systemDocument(collector.getSystemMetrics()),
    agent_metrics: byName(collector.getAgents(), agentDocument),
    tool_metrics: byName(collector.getTools(), toolDocument),
    model_metrics: byName(collector.getModels(), modelDocument),
    cache_metrics: byName(collector.getCaches(), cacheDocument),
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
    total_execution_time: formatGoDuration(system.totalExecutionTimeMs),
    total_execution_time_seconds: toSeconds(system.totalExecutionTimeMs),
    average_request_time: formatGoDuration(system.averageRequestTimeMs),
    average_request_time_seconds: toSeconds(system.averageRequestTimeMs),
    memory_usage_mb: system.memoryUsageMb,
    memory_usage_bytes: system.memoryUsageBytes,
    max_memory_usage_mb: system.maxMemoryUsageMb,
    max_memory_usage_bytes: system.maxMemoryUsageBytes,
    cache_hits: system.cacheHits,
    cache_misses: system.cacheMisses,
    cache_hit_rate: system.cacheHitRate,
    token_usage: tokenDocument(system.tokenUsage),
  };
}

function agentDocument(agent: AgentMetrics) {
  return {
    agent_id: agent.agentId,
    agent_name: agent.agentName,
    ...countDocument(agent),
    ...durationDocument(agent),
    token_usage: tokenDocument(agent.tokenUsage),
    tool_metrics: byName(Object.entries(agent.toolMetrics), toolDocument),
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

function modelDocument(model: ModelMetrics) {
  return {
    model: model.model,
    provider: model.provider,
    ...countDocument(model),
    ...durationDocument(model),
    token_usage: tokenDocument(model.tokenUsage),
  };
}

function tokenDocument(usage: TokenUsage) {
  return {
    calls: usage.calls,
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    total_tokens: usage.totalTokens,
    cost_usd: usage.costUsd,
    unpriced_calls: usage.unpricedCalls,
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
    total_duration: formatGoDuration(metrics.totalDurationMs),
    total_duration_seconds: toSeconds(metrics.totalDurationMs),
    average_duration: formatGoDuration(metrics.averageDurationMs),
    average_duration_seconds: toSeconds(metrics.averageDurationMs),
    min_duration: formatGoDuration(metrics.minDurationMs),
    min_duration_seconds: toSeconds(metrics.minDurationMs),
    max_duration: formatGoDuration(metrics.maxDurationMs),
    max_duration_seconds: toSeconds(metrics.maxDurationMs),
  };
}

function cacheDocument({ hits, misses, hitRate }: CacheMetrics) {
  return { hits, misses, hit_rate: hitRate };
}

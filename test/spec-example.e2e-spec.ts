import { CollectionApp } from './support/collection-app';
import { ManualClock } from '../src/testing';

/** So many durations, of which the first are these and the others are all alike. */
const durations = (times: number, usualMs: number, firstMs: readonly number[]) =>
  Array.from({ length: times }, (_, i) => firstMs[i] ?? usualMs);

const MIB = 2 ** 20;

/** What happens in the five minutes that the example shows. */
async function recordExample(): Promise<CollectionApp> {
  const clock = new ManualClock(new Date('2025-12-22T10:00:00.000Z'));
  const app = await CollectionApp.start({}, { clock });
  const { metrics } = app;
  clock.advance(300_000);
  for (const [i, durationMs] of durations(150, 1_000, [3_000, 200, 200, 600]).entries()) {
    const status = i < 4 ? 'error' : i < 5 ? 'timeout' : 'success';
    metrics.recordAgentExecution({ agentId: 'researcher', agentName: 'Researcher', durationMs, status });
  }
  for (const [i, durationMs] of durations(300, 500, [2_000, 20, 20, 20, 440]).entries()) {
    const status = i < 8 ? 'error' : i < 10 ? 'timeout' : 'success';
    const retries = i < 3 ? 1 : 0;
    metrics.recordToolExecution({ toolName: 'search_tool', agentId: 'researcher', durationMs, status, retries });
  }
  for (let i = 0; i < 1_200; i += 1) metrics.recordCacheHit();
  for (let i = 0; i < 300; i += 1) metrics.recordCacheMiss();
  metrics.updateMemoryUsage(56 * MIB);
  metrics.updateMemoryUsage(52 * MIB);
  return app;
}

const SEARCH_TOOL = {
  tool_name: 'search_tool',
  execution_count: 300,
  success_count: 290,
  error_count: 8,
  timeout_count: 2,
  cancelled_count: 0,
  in_progress: 0,
  retry_count: 3,
  input_bytes: 0,
  output_bytes: 0,
  total_duration: '2m30s',
  total_duration_seconds: 150,
  average_duration: '500ms',
  average_duration_seconds: 0.5,
  min_duration: '20ms',
  min_duration_seconds: 0.02,
  max_duration: '2s',
  max_duration_seconds: 2,
};

const NO_TOKENS = {
  calls: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  total_tokens: 0,
  cost_usd: 0,
  unpriced_calls: 0,
};

const DOCUMENT = {
  schema_version: 1,
  instance: { id: expect.any(String) as string, hostname: expect.any(String) as string, pid: process.pid },
  system_metrics: {
    start_time: '2025-12-22T10:00:00.000Z',
    last_updated: '2025-12-22T10:05:00.000Z',
    uptime_seconds: 300,
    total_requests: 150,
    successful_requests: 145,
    failed_requests: 5,
    cancelled_requests: 0,
    requests_in_progress: 0,
    total_execution_time: '2m30s',
    total_execution_time_seconds: 150,
    average_request_time: '1s',
    average_request_time_seconds: 1,
    memory_usage_mb: 52,
    memory_usage_bytes: 54525952,
    max_memory_usage_mb: 56,
    max_memory_usage_bytes: 58720256,
    cache_hits: 1200,
    cache_misses: 300,
    cache_hit_rate: 0.8,
    token_usage: NO_TOKENS,
  },
  agent_metrics: {
    researcher: {
      agent_id: 'researcher',
      agent_name: 'Researcher',
      execution_count: 150,
      success_count: 145,
      error_count: 4,
      timeout_count: 1,
      cancelled_count: 0,
      in_progress: 0,
      retry_count: 0,
      total_duration: '2m30s',
      total_duration_seconds: 150,
      average_duration: '1s',
      average_duration_seconds: 1,
      min_duration: '200ms',
      min_duration_seconds: 0.2,
      max_duration: '3s',
      max_duration_seconds: 3,
      token_usage: NO_TOKENS,
      tool_metrics: { search_tool: SEARCH_TOOL },
    },
  },
  tool_metrics: { search_tool: SEARCH_TOOL },
};

describe('The documented example', () => {
  it('is what the collector says of such five minutes, key by key and in this order', async () => {
    const app = await recordExample();
    const document = await app.json<typeof DOCUMENT>();
    expect(document).toMatchObject(DOCUMENT);
    const numbers = ({ system_metrics, agent_metrics, tool_metrics }: typeof DOCUMENT) =>
      JSON.stringify({ system_metrics, agent_metrics, tool_metrics });
    expect(numbers(document)).toBe(numbers(DOCUMENT));
    const sections = ['system_metrics', 'agent_metrics', 'tool_metrics', 'model_metrics', 'cache_metrics'];
    expect(Object.keys(document)).toEqual(['schema_version', 'instance', ...sections]);
    expect(Object.keys(document.instance)).toEqual(['id', 'hostname', 'pid', 'version']);
  });

  it('has models and named caches beside, with the same keys as the others', async () => {
    const { metrics } = await CollectionApp.start();
    metrics.recordModelCall({ model: 'gpt-x', provider: 'openai', durationMs: 1_500, inputTokens: 12, costUsd: 0.25 });
    metrics.recordCacheMiss('embeddings');
    metrics.recordCacheHit('embeddings');
    metrics.recordCacheHit('embeddings');
    metrics.recordCacheHit('embeddings');
    const document = JSON.parse(await metrics.exportMetrics('json')) as unknown;
    expect(document).toMatchObject({
      system_metrics: { cache_hits: 3, cache_misses: 1, cache_hit_rate: 0.75 },
      cache_metrics: { embeddings: { hits: 3, misses: 1, hit_rate: 0.75 } },
    });
    expect(document).toHaveProperty('model_metrics', {
      'gpt-x': {
        model: 'gpt-x',
        provider: 'openai',
        execution_count: 1,
        success_count: 1,
        error_count: 0,
        timeout_count: 0,
        cancelled_count: 0,
        in_progress: 0,
        retry_count: 0,
        total_duration: '1.5s',
        total_duration_seconds: 1.5,
        average_duration: '1.5s',
        average_duration_seconds: 1.5,
        min_duration: '1.5s',
        min_duration_seconds: 1.5,
        max_duration: '1.5s',
        max_duration_seconds: 1.5,
        errors: {},
        calls_without_usage: 0,
        token_usage: { ...NO_TOKENS, calls: 1, input_tokens: 12, total_tokens: 12, cost_usd: 0.25 },
      },
    });
  });
});

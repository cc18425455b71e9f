import { Test } from '@nestjs/testing';
import { MetricsCollector, MetricsModule } from '../../index';
import { documentOf } from './json-document';

/** Every kind of series, with durations whose averages are whole numbers of nanoseconds. */
function record(metrics: MetricsCollector): void {
  const [agentId, toolName] = ['researcher', 'webSearch'];
  for (const durationMs of [100, 300]) {
    metrics.recordToolExecution({
      agentId,
      toolName,
      durationMs,
      status: 'error',
      retries: 2,
      inputBytes: 7,
      outputBytes: 9,
    });
    metrics.recordModelCall({
      agentId,
      model: 'gpt',
      provider: 'openai',
      durationMs,
      inputTokens: 5,
      outputTokens: 3,
      costUsd: 0.5,
    });
    metrics.recordAgentExecution({ agentId, agentName: 'Researcher', durationMs, status: 'success' });
  }
  metrics.recordCacheHit('answers');
  metrics.recordCacheMiss('answers');
}

describe('The JSON document', () => {
  it('has what users read in TypeScript', async () => {
    const imports = [MetricsModule.forRoot({ endpoint: false, recordMemory: false })];
    const module = await Test.createTestingModule({ imports }).compile();
    const metrics = module.get(MetricsCollector);
    record(metrics);
    const document = JSON.parse(await metrics.exportMetrics('json')) as Record<string, Record<string, unknown>>;
    const documentsOf = (all: ReadonlyMap<string, object>) =>
      Object.fromEntries([...all].map(([name, read]) => [name, documentOf(read)]));
    expect(document['agent_metrics']).toEqual(documentsOf(metrics.getAgents()));
    expect(document['tool_metrics']).toEqual(documentsOf(metrics.getTools()));
    expect(document['model_metrics']).toEqual(documentsOf(metrics.getModels()));
    expect(document['cache_metrics']).toEqual(documentsOf(metrics.getCaches()));
    await module.close();
  });
});

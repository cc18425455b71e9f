import { Test } from '@nestjs/testing';
import { type Budget, MetricsCollector, MetricsModule } from '../../index';
import { documentOf } from './json-document';

const BUDGET: Budget = { name: 'all', by: 'application', costUsd: 9, window: '1d' };

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
    const imports = [MetricsModule.forRoot({ endpoint: false, recordMemory: false, budgets: [BUDGET] })];
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
    expect(document['budgets']).toEqual(JSON.parse(JSON.stringify(metrics.getBudgets().map(documentOf))));
    expect(document['budgets']).toMatchObject([{ name: 'all', subject: null, limit_usd: 9, spent_tokens: null }]);
    await module.close();
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { METRICS_CLOCK, MetricsCollector, MetricsModule } from '../src';
import { ManualClock } from '../src/testing';
import { renderOtlpNames } from './support/otlp-reference';
import { findMismatches, renderMetricsReference } from './support/metrics-reference';

const UPDATE = 'UPDATE_DOCS=1 npx jest test/metrics-reference';

/** Compares a page with what it is made from, or makes it anew. */
function expectPage(name: string, text: string): void {
  const path = join(__dirname, '../docs', name);
  if (process.env.UPDATE_DOCS === '1') return writeFileSync(path, text);
  const advice = (isSame: boolean) => (isSame ? 'up to date' : `out of date: run ${UPDATE}`);
  const page = readFileSync(path, 'utf8');
  expect([advice(page === text), page]).toEqual([advice(true), text]);
}

/** A morning of one researcher: what `docs/metrics.sample.json` shows. */
async function sampleDocument(): Promise<object> {
  const clock = new ManualClock();
  const pricing = { 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10 } };
  const module = await Test.createTestingModule({
    imports: [MetricsModule.forRoot({ endpoint: false, recordMemory: false, pricing })],
  })
    .overrideProvider(METRICS_CLOCK)
    .useValue(clock)
    .compile();
  record(module.get(MetricsCollector), clock);
  const text = await module.get(MetricsCollector).exportMetrics('json');
  await module.close();
  const instance = { id: '5f0c7d9e21ab', hostname: 'pod-7', pid: 1, version: '1.0.0' };
  return { ...(JSON.parse(text) as object), instance };
}

function record(metrics: MetricsCollector, clock: ManualClock): void {
  const [agentId, toolName, model] = ['researcher', 'search', 'gpt-4o'];
  metrics.updateMemoryUsage(54_525_952);
  for (const durationMs of [120, 480]) {
    metrics.recordToolExecution({ agentId, toolName, durationMs, status: 'success' });
  }
  metrics.recordToolExecution({ agentId, toolName, durationMs: 2_000, status: 'timeout', retries: 1 });
  metrics.recordModelCall({
    agentId,
    model,
    provider: 'openai',
    durationMs: 900,
    inputTokens: 1_200,
    outputTokens: 300,
  });
  metrics.recordAgentExecution({ agentId, agentName: 'Researcher', durationMs: 1_500, status: 'success' });
  metrics.recordAgentExecution({ agentId, durationMs: 2_250, status: 'timeout' });
  metrics.recordCacheHit('embeddings');
  metrics.recordCacheMiss('embeddings');
  clock.advance(300_000);
}

describe('docs/metrics.md', () => {
  it('has a group and a question for every family', () => {
    expect(findMismatches()).toEqual([]);
  });

  it('is what the table of families yields', () => {
    expectPage('metrics.md', renderMetricsReference());
  });

  it('links to the JSON that was made', async () => {
    expectPage('metrics.sample.json', `${JSON.stringify(await sampleDocument(), null, 2)}\n`);
  });
});

describe('docs/otlp.md', () => {
  it('has the table of names that metrics have', () => {
    const page = readFileSync(join(__dirname, '../docs/otlp.md'), 'utf8');
    const [before, , after] = page.split(/(?<=<!-- names -->\n)|(?=<!-- end of names -->)/);
    expectPage('otlp.md', `${before}\n${renderOtlpNames()}\n\n${after}`);
  });
});

import { ServiceUnavailableException } from '@nestjs/common';
import { trackedModel, type ExecutionHandle } from '../src';
import { parseExposition } from '../src/testing';
import { expectAgreement } from './support/agreement';
import { CollectionApp } from './support/collection-app';
import type { CollectedDocument } from './support/collected-document';
import type { Labels } from './support/exposition-samples';
import { Gate } from './support/gate';

const OTHER = '__other__';
const GPT = { model: 'gpt-x', provider: 'openai' };

class ProviderError extends Error {
  constructor(readonly status: number) {
    super('The provider has answered with an error.');
  }
}

let app: CollectionApp;

beforeEach(async () => {
  app = await CollectionApp.start();
});

/** All samples of a family without its prefix; none of whose labels is left out. */
const samplesOf = async (family: string) =>
  (await app.samples()).all(`crew_${family}`).map(({ labels, value }) => [labels, value] as const);

const startCall = (name = GPT.model): ExecutionHandle =>
  app.tracker.start({ kind: 'model', name, provider: GPT.provider });

const fails = async (error: unknown): Promise<void> => {
  await expect(
    app.tracker.trackModel(GPT, async () => {
      throw error;
    }),
  ).rejects.toBe(error);
};

describe('A model call in progress', () => {
  const inProgress = () => samplesOf('model_calls_in_progress');

  it('is one until it ends', async () => {
    const gate = new Gate();
    const call = app.tracker.trackModel(GPT, () => gate.passed);
    expect(await inProgress()).toEqual([[GPT, 1]]);
    expect(app.metrics.getModelMetrics('gpt-x')).toMatchObject({ inProgress: 1, executionCount: 0 });
    gate.open();
    await call;
    expect(await inProgress()).toEqual([[GPT, 0]]);
  });

  it('is counted under one name for all agents, and apart for each provider', async () => {
    for (const id of ['writer', 'reader']) {
      const parent = app.tracker.start({ kind: 'agent', id });
      app.tracker.start({ kind: 'model', name: 'gpt-x', provider: 'openai', parent });
    }
    app.tracker.start({ kind: 'model', name: 'gpt-x' });
    expect(await inProgress()).toEqual([
      [GPT, 2],
      [{ model: 'gpt-x', provider: '' }, 1],
    ]);
    expect(app.metrics.getModelMetrics('gpt-x')?.inProgress).toBe(3);
  });

  it('moves with a new name', async () => {
    const call = startCall();
    call.rename({ name: 'gpt-x-2026', provider: 'azure' });
    const renamed = { model: 'gpt-x-2026', provider: 'azure' };
    expect(await inProgress()).toEqual([
      [GPT, 0],
      [renamed, 1],
    ]);
    call.recordRetry();
    call.fail(new ProviderError(500));
    call.end();
    expect(await inProgress()).toEqual([
      [GPT, 0],
      [renamed, 0],
    ]);
    expect(await samplesOf('model_retries_total')).toEqual([
      [GPT, 0],
      [renamed, 1],
    ]);
    const error = { ...renamed, error_type: 'ProviderError', http_status: '500' };
    expect(await samplesOf('model_errors_total')).toEqual([[error, 1]]);
  });

  it('is none of those after a reset', async () => {
    const call = startCall();
    app.metrics.reset();
    expect(await inProgress()).toEqual([]);
    call.rename({ name: 'gpt-y' });
    call.recordRetry();
    call.end('error');
    for (const family of ['calls_in_progress', 'errors_total', 'retries_total', 'calls_without_usage_total']) {
      expect(await samplesOf(`model_${family}`)).toEqual([]);
    }
  });

  it('does not begin before its stream is read', async () => {
    const stream = app.tracker.trackModel(GPT, function* () {
      yield 'once';
    });
    expect(app.metrics.getModelMetrics('gpt-x')?.inProgress ?? 0).toBe(0);
    stream.next();
    expect(await inProgress()).toEqual([[GPT, 1]]);
    stream.next();
    expect(await inProgress()).toEqual([[GPT, 0]]);
  });
});

describe('Retries of a model call', () => {
  it('are counted, from 0 on', async () => {
    const call = startCall();
    expect(await samplesOf('model_retries_total')).toEqual([[GPT, 0]]);
    call.recordRetry();
    call.recordRetry();
    call.end();
    expect(await samplesOf('model_retries_total')).toEqual([[GPT, 2]]);
    expect((await app.json<CollectedDocument>()).model_metrics['gpt-x']).toMatchObject({ retry_count: 2 });
  });
});

describe('Errors of model calls', () => {
  const errors = async () =>
    new Map((await samplesOf('model_errors_total')).map(([labels, count]) => [key(labels), count]));
  const key = ({ error_type, http_status }: Labels) => `${error_type} ${http_status}`;

  it('are two where a model answers with 503 twice and then well', async () => {
    const answers = [new ProviderError(503), new ProviderError(503), 'Hello.'];
    const complete = trackedModel(GPT, async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    });
    const retry = (): Promise<unknown> => complete().catch(retry);
    await retry();
    const labels = { ...GPT, error_type: 'ProviderError', http_status: '503' };
    expect(await samplesOf('model_errors_total')).toEqual([[labels, 2]]);
    expect(app.metrics.getModelMetrics('gpt-x')).toMatchObject({
      executionCount: 3,
      successCount: 1,
      errorCount: 2,
      errors: { ProviderError: 2 },
    });
    expectAgreement(await app.json(), await app.samples());
  });

  it('have the status that a cause carries', async () => {
    await fails(new Error('Gave up.', { cause: new TypeError('No.', { cause: new ProviderError(429) }) }));
    await fails(new ServiceUnavailableException());
    expect(await errors()).toEqual(
      new Map([
        ['Error 429', 1],
        ['ServiceUnavailableException 503', 1],
      ]),
    );
  });

  it('have an empty status where there is none, or none of an error', async () => {
    await fails(new RangeError('Too long.'));
    await fails(new ProviderError(200));
    await fails('nothing but a text');
    app.metrics.recordModelCall({ ...GPT, status: 'error', errorType: 'Overloaded' });
    startCall().end('error');
    expect(await errors()).toEqual(
      new Map([
        ['RangeError ', 1],
        ['ProviderError ', 1],
        ['string ', 1],
        ['Overloaded ', 1],
        ['Error ', 1],
      ]),
    );
    const text = await app.metrics.exportMetrics('prometheus');
    expect(text).toContain(
      'crew_model_errors_total{model="gpt-x",provider="openai",error_type="RangeError",http_status=""} 1\n',
    );
  });

  it('count timeouts, and nothing that was cancelled', async () => {
    await fails(new ProviderError(504));
    await fails(new DOMException('Enough.', 'AbortError'));
    expect(await errors()).toEqual(new Map([['ProviderError 504', 1]]));
    expect(app.metrics.getModelMetrics('gpt-x')).toMatchObject({ timeoutCount: 1, cancelledCount: 1 });
  });

  it('are added up over agents, and by type over statuses in JSON', async () => {
    for (const [agentId, status] of Object.entries({ writer: 429, reader: 429, editor: 503 })) {
      await app.tracker.trackAgent(agentId, () => fails(new ProviderError(status)));
    }
    app.metrics.recordModelCall({ model: 'gpt-x', provider: 'azure', status: 'error', errorType: 'ProviderError' });
    const labels = (provider: string, http_status: string) => ({
      model: 'gpt-x',
      provider,
      error_type: 'ProviderError',
      http_status,
    });
    expect(await samplesOf('model_errors_total')).toEqual([
      [labels('openai', '429'), 2],
      [labels('openai', '503'), 1],
      [labels('azure', ''), 1],
    ]);
    const document = await app.json<CollectedDocument>();
    expect(document.model_metrics['gpt-x']?.errors).toEqual({ ProviderError: 4 });
    expect(app.metrics.getModelMetrics('gpt-x')?.errors).toEqual({ ProviderError: 4 });
    expectAgreement(document, await app.samples());
  });

  it('may have any name', async () => {
    const errorType = '__proto__"\\\n';
    app.metrics.recordModelCall({ ...GPT, status: 'error', errorType });
    expect(await samplesOf('model_errors_total')).toEqual([[{ ...GPT, error_type: errorType, http_status: '' }, 1]]);
    const { errors: read } = (await app.json<CollectedDocument>()).model_metrics['gpt-x']!;
    expect(Object.entries(read)).toEqual([[errorType, 1]]);
  });

  it('are the same in OpenMetrics and in what prom-client writes of the registry', async () => {
    const startTime = app.clock.wallTime();
    app.clock.advance(5_000);
    await fails(new ProviderError(503));
    app.clock.advance(5_000);
    await fails(new ProviderError(503));
    const labels = { ...GPT, error_type: 'ProviderError', http_status: '503' };
    const openMetrics = parseExposition(await app.metrics.exportMetrics('openmetrics'), 'openmetrics');
    expect(openMetrics.value('crew_model_errors_total', labels)).toBe(2);
    // Since the first of them.
    expect(openMetrics.value('crew_model_errors_created', labels)).toBe(startTime / 1_000 + 5);
    expect(parseExposition(await app.metrics.registry.metrics()).value('crew_model_errors_total', labels)).toBe(2);
  });

  it('become __other__ with their status where there are too many', async () => {
    app = await CollectionApp.start({ maxSeries: 2 });
    for (const status of [500, 502, 503, 500, 503, 504]) await fails(new ProviderError(status));
    expect(await samplesOf('model_errors_total')).toEqual([
      [{ ...GPT, error_type: 'ProviderError', http_status: '500' }, 2],
      [{ ...GPT, error_type: 'ProviderError', http_status: '502' }, 1],
      [{ ...GPT, error_type: OTHER, http_status: OTHER }, 3],
    ]);
    const samples = await app.samples();
    expect(samples.value('crew_dropped_series_total', { family: 'crew_model_errors_total' })).toBe(3);
    expect(samples.value('crew_dropped_series_total', { family: 'crew_model_calls_total' })).toBe(0);
    expect(app.log.warnings).toEqual([expect.stringContaining('crew_model_errors_total has reached the limit of 2')]);
  });
});

describe('Model calls without usage', () => {
  it('are those that ended, however, before anybody reported their tokens', async () => {
    const withoutUsage = () => samplesOf('model_calls_without_usage_total');
    const reporting = startCall();
    expect(await withoutUsage()).toEqual([[GPT, 0]]);
    reporting.usage({ inputTokens: 0 });
    reporting.end();
    app.metrics.recordModelCall(GPT);
    await app.tracker.trackModel({ ...GPT, usage: () => ({ outputTokens: 7 }) }, async () => 'Hello.');
    await app.tracker.trackModel(GPT, async () => app.metrics.recordModelCall({ ...GPT, inputTokens: 12 }));
    expect(await withoutUsage()).toEqual([[GPT, 0]]);

    await app.tracker.trackModel({ ...GPT, usage: () => undefined }, async () => 'Hello.');
    await fails(new ProviderError(503));
    startCall().end('cancelled');
    expect(await withoutUsage()).toEqual([[GPT, 3]]);
    expect(app.metrics.getModelMetrics('gpt-x')).toMatchObject({ executionCount: 7, callsWithoutUsage: 3 });
    const document = await app.json<CollectedDocument>();
    expect(document.model_metrics['gpt-x']).toMatchObject({ calls_without_usage: 3 });
    expectAgreement(document, await app.samples());
  });
});

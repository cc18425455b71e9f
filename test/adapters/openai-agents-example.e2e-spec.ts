import { setTraceProcessors, setTracingDisabled } from '@openai/agents';
import { Test, type TestingModule } from '@nestjs/testing';
import { MetricsCollector } from 'nestjs-agent-metrics';
import { settled } from 'nestjs-agent-metrics/testing';
import type * as example from '../../examples/adapters/openai-agents';
import { seenRecords } from './kit/records';
import { modelResponse } from './support/openai-answers';
import { ScriptedServer, sendJson } from './support/scripted-server';

const forecastCall = { type: 'function_call', id: 'f', call_id: 'c', name: 'forecast', arguments: '{"city":"Oslo"}' };

let server: ScriptedServer;
let app: TestingModule;

beforeEach(async () => {
  server = await ScriptedServer.start();
  jest.replaceProperty(process, 'env', { ...process.env, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: server.url });
  setTracingDisabled(false);
  setTraceProcessors([]);
});

afterEach(async () => {
  jest.restoreAllMocks();
  setTraceProcessors([]);
  await app.close();
  await server.close();
});

it('counts an agent, its tool and the model calls of a tracked client, as docs/openai-agents.md shows', async () => {
  const { AppModule, ForecastService } = jest.requireActual<typeof example>('../../examples/adapters/openai-agents');
  app = await Test.createTestingModule({ imports: [AppModule] })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  await app.init();
  server.answer(
    sendJson({ error: { message: 'Later.' } }, 429),
    sendJson({ ...modelResponse(), output: [forecastCall] }),
    sendJson(modelResponse('Rain.')),
  );
  expect(await app.get(ForecastService).answer('Oslo?')).toBe('Rain.');
  await settled(app);
  const records = seenRecords(app.get(MetricsCollector).getHistory()).reverse();
  expect(records.map(({ kind, name, parent, retries }) => [kind, name, parent, retries])).toEqual([
    ['model', 'gpt-5-mini', 'meteorologist', 1],
    ['tool', 'forecast', 'meteorologist', 0],
    ['model', 'gpt-5-mini', 'meteorologist', 0],
    ['agent', 'meteorologist', undefined, 0],
  ]);
});

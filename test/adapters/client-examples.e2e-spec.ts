import Anthropic from '@anthropic-ai/sdk';
import { Test } from '@nestjs/testing';
import type { INestApplication, Type } from '@nestjs/common';
import OpenAI from 'openai';
import * as anthropic from '../../examples/adapters/anthropic';
import * as openai from '../../examples/adapters/openai';
import { MetricsCollector } from '../../src';
import { messageEvents } from './support/anthropic-answers';
import { chatChunk, modelResponse, usageChunk } from './support/openai-answers';
import { ScriptedServer, sendEvents, sendJson } from './support/scripted-server';

let server: ScriptedServer;
let app: INestApplication;

beforeAll(async () => {
  server = await ScriptedServer.start();
  jest.replaceProperty(process, 'env', {
    ...process.env,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: server.url,
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: server.url,
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await server.close();
});
afterEach(() => app.close());

async function start(module: Type): Promise<void> {
  const testing = await Test.createTestingModule({ imports: [module] })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  app = await testing.createNestApplication().init();
}

async function read(texts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of texts) text += part;
  return text;
}

/** What a guide shows of the metrics. */
async function callsCounted(): Promise<string | undefined> {
  const text = await app.get(MetricsCollector).exportMetrics('prometheus');
  return text.match(/^crew_model_calls_total.*success.*$/m)?.[0];
}

describe('docs/openai.md', () => {
  it('counts the calls of a client that a module provides', async () => {
    await start(openai.AppModule);
    server.answer(sendJson(modelResponse()));
    await expect(app.get(openai.Summariser).run('a long text')).resolves.toBe('Hello');
    expect(await callsCounted()).toBe(
      'crew_model_calls_total{agent="summariser",model="gpt-4o-mini",provider="openai",status="success"} 1',
    );
  });

  it('counts the tokens of a stream', async () => {
    await start(openai.AppModule);
    server.answer(sendEvents([chatChunk({ content: 'Hel' }), chatChunk({ content: 'lo' }, 'stop'), usageChunk()]));
    await expect(read(openai.answer(app.get(OpenAI), 'Hi'))).resolves.toBe('Hello');
    expect(app.get(MetricsCollector).getHistory()).toMatchObject([{ tokenUsage: { inputTokens: 100 } }]);
  });

  it('names another provider', async () => {
    await start(openai.AppModule);
    server.answer(sendJson(modelResponse()));
    const groq = openai.createGroq('k').withOptions({ baseURL: server.url });
    await groq.responses.create({ model: 'llama', input: 'Hi' });
    expect(app.get(MetricsCollector).getHistory()).toMatchObject([{ model: 'llama', provider: 'groq' }]);
  });
});

describe('docs/anthropic.md', () => {
  it('counts the calls of a client that a module provides', async () => {
    await start(anthropic.AppModule);
    server.answer(sendEvents(messageEvents()));
    await expect(read(app.get(anthropic.Summariser).run('a long text'))).resolves.toBe('Hello');
    expect(app.get(Anthropic)).toBeInstanceOf(Anthropic);
    expect(await callsCounted()).toBe(
      'crew_model_calls_total{agent="summariser",model="claude-sonnet-5",provider="anthropic",status="success"} 1',
    );
  });
});

import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { MetricsModule } from '../../src';
import { trackedAnthropic } from '../../src/adapters/anthropic';
import { trackedOpenAI } from '../../src/adapters/openai';

@Module({ imports: [MetricsModule.forRoot({ endpoint: false })] })
class AppModule {}

type Call = Promise<unknown> & {
  asResponse(): Promise<Response>;
  withResponse(): Promise<unknown>;
};

/** What is done with a promise that is to reject. */
const uses: Record<string, (call: Call) => unknown> = {
  nothing: () => {},
  'it is chained': (call) => void call.then(() => {}),
  'it is handled': (call) => void call.catch(() => {}),
  'it is handled with its response': (call) => void call.withResponse().catch(() => {}),
  'its raw response is handled': (call) => void call.asResponse().catch(() => {}),
  'its raw response is not handled': (call) => void call.asResponse(),
};

const fetch = async () => new Response('{}', { status: 400 });
const messages = [{ role: 'user' as const, content: 'Hi' }];

const openai = () => new OpenAI({ apiKey: 'k', fetch });
const anthropic = () => new Anthropic({ apiKey: 'k', fetch });
const clients: Record<string, (isTracked: boolean) => Call> = {
  'chat completions': (isTracked) =>
    (isTracked ? trackedOpenAI(openai()) : openai()).chat.completions.create({ model: 'm', messages }),
  'parsed chat completions': (isTracked) =>
    (isTracked ? trackedOpenAI(openai()) : openai()).chat.completions.parse({ model: 'm', messages }),
  responses: (isTracked) =>
    (isTracked ? trackedOpenAI(openai()) : openai()).responses.create({ model: 'm', input: 'Hi' }),
  messages: (isTracked) =>
    (isTracked ? trackedAnthropic(anthropic()) : anthropic()).messages.create({ model: 'm', max_tokens: 9, messages }),
};

async function main(): Promise<void> {
  const seen: string[] = [];
  process.on('unhandledRejection', (error: Error) => seen.push(error.constructor.name));
  const application = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const report: Record<string, unknown> = {};
  for (const [client, call] of Object.entries(clients)) {
    for (const [use, make] of Object.entries(uses)) {
      const observe = async (isTracked: boolean) => {
        seen.length = 0;
        make(call(isTracked));
        await new Promise((resolve) => setTimeout(resolve, 20));
        return [...seen];
      };
      report[`${client}: ${use}`] = { untracked: await observe(false), tracked: await observe(true) };
    }
  }
  await application.close();
  process.stdout.write(JSON.stringify(report));
}

void main();

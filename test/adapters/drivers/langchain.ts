import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessageChunk } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { AgentMetricsCallbackHandler } from 'nestjs-agent-metrics/langchain';
import { z } from 'zod';
import type { Deviation, Driver } from '../kit/driver';
import type { SeenRecord } from '../kit/records';
import type { Run } from '../kit/run';

interface ModelOptions {
  readonly model: string;
  readonly url: string;
  readonly callbacks: AgentMetricsCallbackHandler[];
}

type LangChainDriver = Pick<Driver, 'name' | 'provider' | 'errorTypes' | 'deviations'> & {
  readonly createModel: (options: ModelOptions) => BaseChatModel;
};

const withoutRetries: Deviation = {
  reason: 'LangChain tells callbacks nothing of the attempts that it makes itself',
  sees: (expected) => expected.map((record): SeenRecord => ({ ...record, retries: 0 })),
};

/** @param added to the output of each call */
const seesTokens = (added: number) => (expected: readonly SeenRecord[]) =>
  expected.map(({ tokens, ...record }): SeenRecord => {
    return { ...record, tokens: tokens && { ...tokens, output: tokens.output + added, reasoning: 0 } };
  });

const withoutReasoning: Deviation = {
  reason: 'ChatAnthropic does not say which part of the output is reasoning',
  sees: seesTokens(0),
};

const withTooMuchOutput: Deviation = {
  reason: 'ChatAnthropic adds what the first event of a stream reports to what the last one does, and hides reasoning',
  sees: seesTokens(1),
};

const ofAnthropic: Driver['deviations'] = {
  'an answer': withoutReasoning,
  'a tool': withoutReasoning,
  'two tools at once': withoutReasoning,
  'a decorated tool': withoutReasoning,
  'decorated code in a tool': withoutReasoning,
  'a tool that throws': withoutReasoning,
  'an agent in a tool': withoutReasoning,
  'three runs at once': withoutReasoning,
  'a call that is retried twice': {
    reason: `${withoutRetries.reason}; ${withoutReasoning.reason}`,
    sees: (expected) => withoutRetries.sees(withoutReasoning.sees(expected)),
  },
  'a stream': withTooMuchOutput,
  'a stream after a tool': withTooMuchOutput,
};

function langChain({ createModel, deviations, ...names }: LangChainDriver): Driver {
  return {
    ...names,
    counts: ['agents', 'tools', 'models'],
    deviations: {
      'a call that is retried twice': withoutRetries,
      'a call whose retries are used up': withoutRetries,
      ...deviations,
    },
    play: (run, provider, { tracked, twice }) =>
      withoutWaiting(async () => {
        const callbacks = tracked ? [new AgentMetricsCallbackHandler()] : [];
        const ofModel = twice ? [new AgentMetricsCallbackHandler()] : [];
        const model = createModel({ model: run.script.model, url: provider.urlOf(run), callbacks: ofModel });
        const agent = createAgent({ name: run.script.agent, model, tools: toolsOf(run) });
        const input = { messages: 'Go on.' };
        if (!run.script.streams) {
          const { messages } = await agent.invoke(input, { callbacks, signal: run.signal });
          return messages.at(-1)!.text;
        }
        return read(await agent.stream(input, { callbacks, signal: run.signal, streamMode: 'messages' }), run);
      }),
  };
}

function toolsOf({ tools }: Run) {
  const schema = z.object({ input: z.string() });
  return Object.entries(tools).map(([name, call]) =>
    tool(({ input }: z.infer<typeof schema>) => call(input), { name, description: name, schema }),
  );
}

async function read(stream: AsyncIterable<readonly [message: unknown, ...unknown[]]>, run: Run): Promise<string> {
  let text = '';
  for await (const [message] of stream) {
    if (!AIMessageChunk.isInstance(message)) continue;
    text += message.text;
    if (!run.read(message.text)) break;
  }
  return text;
}

/** LangChain waits for seconds before it tries again, and no option says otherwise. */
async function withoutWaiting<Result>(play: () => Promise<Result>): Promise<Result> {
  const { setTimeout } = globalThis;
  const impatient = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    setTimeout(callback, ms >= 1_000 && ms <= 8_000 ? 0 : ms, ...args);
  globalThis.setTimeout = Object.assign(impatient, setTimeout);
  try {
    return await play();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  429: 'RateLimitError',
  500: 'InternalServerError',
};

/** By default, LangChain gives up on a 429 that does not say when to come back. */
const onFailedAttempt = (error: unknown): void => {
  if ((error as { status?: number }).status === 400) throw error;
};

const errorTypes: Driver['errorTypes'] = {
  refused: (status) => REFUSALS[status] ?? 'APIError',
  broken: 'TypeError',
};
const settings = { apiKey: 'none', maxRetries: 2, onFailedAttempt };

const withOpenAI = (name: string, useResponsesApi: boolean): Driver =>
  langChain({
    name,
    provider: 'openai',
    errorTypes,
    createModel: ({ model, url, callbacks }) =>
      new ChatOpenAI({ ...settings, model, callbacks, useResponsesApi, configuration: { baseURL: url } }),
  });

export const langChainOpenAI = withOpenAI('LangChain with ChatOpenAI', false);
export const langChainResponses = withOpenAI("LangChain with ChatOpenAI's responses", true);

export const langChainAnthropic = langChain({
  name: 'LangChain with ChatAnthropic',
  deviations: ofAnthropic,
  provider: 'anthropic',
  errorTypes,
  createModel: ({ model, url, callbacks }) =>
    new ChatAnthropic({
      model,
      ...settings,
      callbacks,
      anthropicApiUrl: url.replace(/\/v1$/, ''),
    }),
});

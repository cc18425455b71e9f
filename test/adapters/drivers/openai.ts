import OpenAI from 'openai';
import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import type { Driver, Playing } from '../kit/driver';
import type { FakeProvider } from '../kit/fake-provider';
import type { Run } from '../kit/run';
import { endsQuietly } from './deviations';

/** What the SDK calls the answers of a provider that refuses. */
export const REFUSED: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  429: 'RateLimitError',
  500: 'InternalServerError',
};

const openai = {
  counts: ['models'],
  provider: 'openai',
  deviations: { 'a stream that is aborted': endsQuietly },
  errorTypes: { refused: (status: number) => REFUSED[status]!, broken: 'TypeError' },
} as const satisfies Partial<Driver>;

function clientOf(run: Run, provider: FakeProvider, { tracked, twice }: Playing): OpenAI {
  const client = new OpenAI({ apiKey: 'none', baseURL: provider.urlOf(run), maxRetries: 2 });
  if (tracked) trackedOpenAI(client);
  return twice ? trackedOpenAI(client) : client;
}

export const openaiChat: Driver = {
  ...openai,
  name: 'openai: chat completions',
  async play(run, provider, playing) {
    const { completions } = clientOf(run, provider, playing).chat;
    const { model, streams } = run.script;
    const request = { model, messages: [{ role: 'user' as const, content: 'Hi' }] };
    const { signal } = run;
    // Version 7 parses beside the promise of `create`.
    if (!streams) return (await completions.parse(request, { signal })).choices[0]!.message.content!;
    const stream_options = { include_usage: true };
    let text = '';
    for await (const { choices } of await completions.create(
      { ...request, stream: true, stream_options },
      { signal },
    )) {
      const piece = choices[0]?.delta.content ?? '';
      text += piece;
      if (!run.read(piece)) break;
    }
    return text;
  },
};

export const openaiResponses: Driver = {
  ...openai,
  name: 'openai: responses',
  async play(run, provider, playing) {
    const { responses } = clientOf(run, provider, playing);
    const { model, streams } = run.script;
    const request = { model, input: 'Hi' };
    const { signal } = run;
    if (!streams) return (await responses.create(request, { signal })).output_text;
    let text = '';
    for await (const event of await responses.create({ ...request, stream: true }, { signal })) {
      const piece = event.type === 'response.output_text.delta' ? event.delta : '';
      text += piece;
      if (!run.read(piece)) break;
    }
    return text;
  },
};

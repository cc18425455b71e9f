import Anthropic from '@anthropic-ai/sdk';
import { trackedAnthropic } from 'nestjs-agent-metrics/anthropic';
import type { Deviation, Driver } from '../kit/driver';
import { endsQuietly } from './deviations';

const REFUSED: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  429: 'RateLimitError',
  500: 'InternalServerError',
};

/** The first event of a stream reports the whole input, and the output so far. */
const reportedAtOnce = (input: number, cachedInput: number): Deviation => ({
  reason: 'A stream reports its tokens from its beginning, so those of one that breaks off are known in part.',
  sees: (expected) =>
    expected.map((record) =>
      record.kind === 'model' ? { ...record, tokens: { input, cachedInput, output: 1, reasoning: 0 } } : record,
    ),
});

const leftEarly = reportedAtOnce(100, 40);

export const anthropic: Driver = {
  name: 'anthropic: messages',
  counts: ['models'],
  provider: 'anthropic',
  errorTypes: { refused: (status) => REFUSED[status]!, broken: 'TypeError' },
  deviations: {
    'a stream that breaks': reportedAtOnce(0, 0),
    'a stream that is aborted': {
      reason: `${endsQuietly.reason} ${leftEarly.reason}`,
      sees: (expected) => endsQuietly.sees(leftEarly.sees(expected)),
    },
    'a stream that its reader leaves': leftEarly,
  },
  async play(run, provider, { tracked, twice }) {
    const client = new Anthropic({ apiKey: 'none', baseURL: provider.urlOf(run).replace(/\/v1$/, ''), maxRetries: 2 });
    if (tracked) trackedAnthropic(client);
    if (twice) trackedAnthropic(client);
    const { model, streams } = run.script;
    const request = { model, max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] };
    const { signal } = run;
    let text = '';
    if (!streams) {
      const { content } = await client.messages.create(request, { signal });
      for (const block of content) text += block.type === 'text' ? block.text : '';
      return text;
    }
    for await (const event of await client.messages.create({ ...request, stream: true }, { signal })) {
      const piece = event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '';
      text += piece;
      if (!run.read(piece)) break;
    }
    return text;
  },
};

import type { SubjectFactory } from '../harness/subject';
import { ask, offlineOpenAI } from './offline-openai';
import { inAgent } from './sdk-calls';

type Completion = Awaited<ReturnType<typeof ask>>;

const call = {
  model: 'gpt-x',
  provider: 'openai',
  usage: ({ usage }: Completion) => ({ inputTokens: usage!.prompt_tokens, outputTokens: usage!.completion_tokens }),
};

/** `trackModel` around each call. */
export const start: SubjectFactory = () => {
  const client = offlineOpenAI();
  return inAgent((tracker) => () => tracker.trackModel(call, async () => ask(client)), { models: 1 });
};

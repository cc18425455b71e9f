import OpenAI from 'openai';

const usage = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };
const message = { role: 'assistant', content: 'It rains.' };

export const COMPLETION = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  model: 'gpt-x',
  choices: [{ index: 0, finish_reason: 'stop', message }],
  usage,
});

/** The same as chunks. */
const chunk = { id: 'c', object: 'chat.completion.chunk', model: 'gpt-x', usage: null };
export const CHUNKS: readonly string[] = [
  { ...chunk, choices: [{ index: 0, finish_reason: null, delta: { role: 'assistant', content: 'It ' } }] },
  { ...chunk, choices: [{ index: 0, finish_reason: 'stop', delta: { content: 'rains.' } }] },
  { ...chunk, choices: [], usage },
].map((data) => JSON.stringify(data));

export const jsonAnswer = (text: string, status = 200) =>
  new Response(text, { status, headers: { 'content-type': 'application/json' } });

/** A client whose requests never leave the process. */
export function offlineOpenAI(answer: (request: RequestInit) => Response = () => jsonAnswer(COMPLETION)): OpenAI {
  return new OpenAI({ apiKey: 'none', maxRetries: 0, fetch: async (_url, init) => answer(init!) });
}

/** A chat completion, without tools. */
export const ask = (client: OpenAI) =>
  client.chat.completions.create({ model: 'gpt-x', messages: [{ role: 'user', content: 'How is the weather?' }] });

/** 100 tokens of input, 40 of them cached and 30 written; 50 of output, 20 of them reasoning. */
export const promptUsage = {
  prompt_tokens: 100,
  completion_tokens: 50,
  total_tokens: 150,
  prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 30 },
  completion_tokens_details: { reasoning_tokens: 20 },
};

const inputUsage = {
  input_tokens: 100,
  output_tokens: 50,
  total_tokens: 150,
  input_tokens_details: { cached_tokens: 40, cache_write_tokens: 30 },
  output_tokens_details: { reasoning_tokens: 20 },
};

export const overloaded = { error: { message: 'Overloaded.', type: 'server_error', code: null, param: null } };

export const chatCompletion = (content: string | null = 'Hello', message: object = {}) => ({
  id: 'c',
  object: 'chat.completion',
  model: 'gpt-x-2026',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, ...message } }],
  usage: promptUsage,
});

export const chatChunk = (delta: object, finish_reason: string | null = null, index = 0) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  model: 'gpt-x-2026',
  choices: [{ index, delta, finish_reason }],
  usage: null as object | null,
});

/** The last one, of a request with `include_usage`. */
export const usageChunk = () => ({ ...chatChunk({}), choices: [], usage: promptUsage });

export const embeddings = () => ({
  object: 'list',
  model: 'gpt-x-2026',
  // The SDK asks for base64.
  data: [{ object: 'embedding', index: 0, embedding: Buffer.from(Float32Array.of(0.5).buffer).toString('base64') }],
  usage: { prompt_tokens: 8, total_tokens: 8 },
});

export const modelResponse = (text = 'Hello') => ({
  id: 'r',
  object: 'response',
  model: 'gpt-x-2026',
  status: 'completed',
  error: null,
  output: [
    {
      id: 'm',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    },
  ],
  usage: inputUsage,
});

/** Those of a stream that says two words; as long as it runs, the response in them has no tokens. */
export function responseEvents(end: 'completed' | 'failed' = 'completed'): object[] {
  const running = { ...modelResponse(), status: 'in_progress', output: [], usage: null };
  const place = { item_id: 'm', output_index: 0, content_index: 0 };
  const failure = end === 'failed' ? { status: 'failed', error: { code: 'server_error', message: 'Sorry.' } } : {};
  return [
    { type: 'response.created', response: running },
    { type: 'response.in_progress', response: running },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { id: 'm', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...place, part: { type: 'output_text', text: '', annotations: [] } },
    { type: 'response.output_text.delta', ...place, delta: 'Hel' },
    { type: 'response.output_text.delta', ...place, delta: 'lo' },
    { type: `response.${end}`, response: { ...modelResponse(), ...failure } },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
}

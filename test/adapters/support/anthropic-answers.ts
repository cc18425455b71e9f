/** 30 tokens of input beside 40 cached and 30 written ones, 10 of them for an hour; 50 of output, 20 of them thinking. */
const usage = {
  input_tokens: 30,
  cache_read_input_tokens: 40,
  cache_creation_input_tokens: 30,
  cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
  output_tokens: 50,
  output_tokens_details: { thinking_tokens: 20 },
};

export const message = (text = 'Hello') => ({
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'claude-x-2026',
  content: [{ type: 'text', text }] as object[],
  stop_reason: 'end_turn' as string | null,
  stop_sequence: null,
  usage,
});

export const toolUse = (name: string) => ({
  ...message(),
  content: [{ type: 'tool_use', id: 't', name, input: {} }],
  stop_reason: 'tool_use',
});

/** Those of a stream that says two words. Its first event counts the input, its last but one the output. */
export const messageEvents = (): ({ readonly type: string } & Record<string, unknown>)[] => [
  {
    type: 'message_start',
    message: {
      ...message(),
      content: [],
      stop_reason: null,
      usage: { ...usage, output_tokens: 1, output_tokens_details: null },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: {
      input_tokens: null,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: null,
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 20 },
    },
  },
  { type: 'message_stop' },
];

export const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded.' } };

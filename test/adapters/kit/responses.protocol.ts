import { argumentsOf, type Answer, type Protocol, type StreamEvent } from './protocol';

const named = (event: string, data: object): StreamEvent => ({ event, data: { type: event, ...data } });

function itemsOf({ text, calls }: Answer): object[] {
  const content = [{ type: 'output_text', text, annotations: [] }];
  const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content };
  const called = calls.map((call, index) => ({
    id: `fc_${index}`,
    type: 'function_call',
    call_id: `call_${index}`,
    name: call.tool,
    arguments: JSON.stringify(argumentsOf(call)),
    status: 'completed',
  }));
  return text === '' ? called : [message, ...called];
}

function responseOf(answer: Answer, status: string, output: object[]): object {
  const { input, cachedInput = 0, output: written, reasoning = 0 } = answer.tokens;
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cachedInput },
    output_tokens: written,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + written,
  };
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status,
    model: 'dated-model',
    output,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    temperature: 1,
    top_p: 1,
    usage: status === 'completed' ? usage : null,
  };
}

/** OpenAI's responses. */
export const responses: Protocol = {
  path: '/responses',
  whole: (answer) => responseOf(answer, 'completed', itemsOf(answer)),
  opening: (answer) => {
    const created = named('response.created', { response: responseOf(answer, 'in_progress', []) });
    if (answer.text === '') return [created];
    const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
    const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    return [
      created,
      named('response.output_item.added', { output_index: 0, item }),
      named('response.content_part.added', { ...place, part: { type: 'output_text', text: '', annotations: [] } }),
    ];
  },
  piece: (text) => [
    named('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta: text }),
  ],
  closing: (answer) => {
    const items = itemsOf(answer);
    return [
      ...items.flatMap((item, index) => [
        ...(answer.text !== '' && index === 0
          ? []
          : [named('response.output_item.added', { output_index: index, item })]),
        named('response.output_item.done', { output_index: index, item }),
      ]),
      named('response.completed', { response: responseOf(answer, 'completed', items) }),
    ];
  },
  refusal: (status) => ({ error: { message: `refused with ${status}`, type: 'refused', param: null, code: null } }),
};

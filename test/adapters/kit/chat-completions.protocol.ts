import { argumentsOf, type Answer, type Protocol, type StreamEvent } from './protocol';

const ID = 'chatcmpl-1';

function chunk(delta: object, finish: string | null = null): StreamEvent {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { data: { id: ID, object: 'chat.completion.chunk', created: 1, model: 'dated-model', choices } };
}

function usageOf({ tokens }: Answer): object {
  return {
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
    prompt_tokens_details: { cached_tokens: tokens.cachedInput ?? 0 },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning ?? 0 },
  };
}

function toolCallsOf({ calls }: Answer): object[] {
  return calls.map((call, index) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name: call.tool, arguments: JSON.stringify(argumentsOf(call)) },
  }));
}

const finishOf = ({ calls }: Answer) => (calls.length > 0 ? 'tool_calls' : 'stop');

/** OpenAI's chat completions, which most servers speak. */
export const chatCompletions: Protocol = {
  path: '/chat/completions',
  whole: (answer) => {
    const called = answer.calls.length > 0 ? { tool_calls: toolCallsOf(answer) } : {};
    const message = { role: 'assistant', content: answer.text || null, refusal: null, ...called };
    const choices = [{ index: 0, message, finish_reason: finishOf(answer), logprobs: null }];
    return { id: ID, object: 'chat.completion', created: 1, model: 'dated-model', choices, usage: usageOf(answer) };
  },
  opening: () => [chunk({ role: 'assistant', content: '' })],
  piece: (text) => [chunk({ content: text })],
  closing: (answer) => [
    ...(answer.calls.length > 0 ? [chunk({ tool_calls: toolCallsOf(answer) })] : []),
    chunk({}, finishOf(answer)),
    {
      data: {
        id: ID,
        object: 'chat.completion.chunk',
        created: 1,
        model: 'dated-model',
        choices: [],
        usage: usageOf(answer),
      },
    },
    { data: '[DONE]' },
  ],
  refusal: (status) => ({ error: { message: `refused with ${status}`, type: 'refused', param: null, code: null } }),
};

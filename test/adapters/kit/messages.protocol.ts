import { argumentsOf, type Answer, type Protocol, type StreamEvent } from './protocol';
import type { Tokens } from './script';

const named = (event: string, data: object = {}): StreamEvent => ({ event, data: { type: event, ...data } });

/** Anthropic counts what was read from a cache beside the input, not in it. */
function usageOf({ tokens }: Answer, { output, reasoning }: Pick<Tokens, 'output' | 'reasoning'> = tokens): object {
  const cached = tokens.cachedInput ?? 0;
  return {
    input_tokens: tokens.input - cached,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: 0,
    output_tokens: output,
    output_tokens_details: { thinking_tokens: reasoning ?? 0 },
  };
}

const messageOf = (answer: Answer, content: object[], stopReason: string | null, usage: object) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: answer.model,
  content,
  stop_reason: stopReason,
  stop_sequence: null,
  usage,
});

const stopReasonOf = ({ calls }: Answer) => (calls.length > 0 ? 'tool_use' : 'end_turn');

function toolUses({ calls }: Answer): { readonly id: string; readonly name: string; readonly input: object }[] {
  return calls.map((call, index) => ({ id: `toolu_${index}`, name: call.tool, input: argumentsOf(call) }));
}

/** Anthropic's messages. */
export const messages: Protocol = {
  path: '/messages',
  whole: (answer) => {
    const text = answer.text === '' ? [] : [{ type: 'text', text: answer.text, citations: null }];
    const uses = toolUses(answer).map((use) => ({ type: 'tool_use', ...use }));
    return messageOf(answer, [...text, ...uses], stopReasonOf(answer), usageOf(answer));
  },
  opening: (answer) => [
    // The output so far is a part of the whole, which the end reports.
    named('message_start', { message: messageOf(answer, [], null, usageOf(answer, { output: 1 })) }),
    ...(answer.text === ''
      ? []
      : [named('content_block_start', { index: 0, content_block: { type: 'text', text: '', citations: null } })]),
  ],
  piece: (text) => [named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })],
  closing: (answer) => {
    const first = answer.text === '' ? 0 : 1;
    return [
      ...(answer.text === '' ? [] : [named('content_block_stop', { index: 0 })]),
      ...toolUses(answer).flatMap(({ input, ...use }, i) => [
        named('content_block_start', { index: first + i, content_block: { type: 'tool_use', ...use, input: {} } }),
        named('content_block_delta', {
          index: first + i,
          delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) },
        }),
        named('content_block_stop', { index: first + i }),
      ]),
      named('message_delta', {
        delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
        usage: usageOf(answer),
      }),
      named('message_stop'),
    ];
  },
  refusal: (status) => ({ type: 'error', error: { type: 'refused', message: `refused with ${status}` } }),
};

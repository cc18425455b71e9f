import { readChatCompletion } from './chat-completion';

function usageOf(usage: unknown): unknown {
  const choices = [{ message: { content: 'Two years.' } }];
  return readChatCompletion(JSON.stringify({ choices, usage }))?.usage;
}

const NOTHING = { calls: 1, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };

describe('readChatCompletion', () => {
  it('reads the tokens, those of the cache and of the reasoning among them', () => {
    const usage = {
      prompt_tokens: 100,
      prompt_tokens_details: { cached_tokens: 64, audio_tokens: 0 },
      completion_tokens: 7,
      completion_tokens_details: { reasoning_tokens: 4 },
    };
    expect(usageOf(usage)).toEqual({
      calls: 1,
      inputTokens: 100,
      cachedInputTokens: 64,
      outputTokens: 7,
      reasoningTokens: 4,
    });
  });

  it.each([
    ['no usage', undefined],
    ['null', null],
    ['null for the details', { prompt_tokens_details: null, completion_tokens_details: null }],
    [
      'what are no counts',
      { prompt_tokens: '7', completion_tokens: -1, prompt_tokens_details: { cached_tokens: 0.5 } },
    ],
  ])('counts none where the server reports %s', (_, usage) => {
    expect(usageOf(usage)).toEqual(NOTHING);
  });
});

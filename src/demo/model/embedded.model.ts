import { setTimeout } from 'node:timers/promises';
import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3FinishReason,
  LanguageModelV3GenerateResult,
  LanguageModelV3Prompt,
  LanguageModelV3StreamPart,
  LanguageModelV3StreamResult,
  LanguageModelV3Usage,
} from '@ai-sdk/provider';
import MiniSearch from 'minisearch';
import type { ModelPrice } from '../../index';
import { contentWords } from '../docs/content-words';

/** Made up, per million words. */
export const EMBEDDED_PRICES = {
  'embedded-small': { inputPerMillion: 0.5, outputPerMillion: 2 },
  'embedded-large': { inputPerMillion: 5, outputPerMillion: 25 },
} satisfies Record<string, ModelPrice>;

const MAX_QUOTES = 3;
const STOP: LanguageModelV3FinishReason = { unified: 'stop', raw: undefined };

interface Reply {
  readonly text: string;
  readonly usage: LanguageModelV3Usage;
}

/**
 * A model of the AI SDK that needs no server. The small one searches with the question's own words; the large one quotes the
 * sentences of the passages that fit the question best. Tokens are words, and each word written takes its time.
 */
export class EmbeddedModel implements LanguageModelV3 {
  readonly specificationVersion = 'v3';
  readonly provider = 'embedded';
  readonly supportedUrls = {};

  constructor(
    readonly modelId: keyof typeof EMBEDDED_PRICES,
    private readonly msPerWord: number,
  ) {}

  async doGenerate({ prompt, abortSignal }: LanguageModelV3CallOptions): Promise<LanguageModelV3GenerateResult> {
    const { text, usage } = this.reply(prompt);
    await this.write(wordsIn(text), abortSignal);
    return { content: [{ type: 'text', text }], finishReason: STOP, usage, warnings: [] };
  }

  async doStream({ prompt, abortSignal }: LanguageModelV3CallOptions): Promise<LanguageModelV3StreamResult> {
    return { stream: ReadableStream.from(this.partsOf(this.reply(prompt), abortSignal)) };
  }

  private async *partsOf({ text, usage }: Reply, signal?: AbortSignal): AsyncGenerator<LanguageModelV3StreamPart> {
    yield { type: 'stream-start', warnings: [] };
    yield { type: 'text-start', id: '0' };
    for (const delta of text.split(/(?<=\s)(?=\S)/)) {
      await this.write(1, signal);
      yield { type: 'text-delta', id: '0', delta };
    }
    yield { type: 'text-end', id: '0' };
    yield { type: 'finish', finishReason: STOP, usage };
  }

  private reply(prompt: LanguageModelV3Prompt): Reply {
    const question = textsOf(prompt, 'user');
    const text = this.modelId === 'embedded-small' ? contentWords(question).join(' ') : quotesFrom(question);
    const read = wordsIn(`${textsOf(prompt, 'system')} ${question}`);
    const written = wordsIn(text);
    return {
      text,
      usage: {
        inputTokens: { total: read, noCache: read, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: written, text: written, reasoning: 0 },
      },
    };
  }

  private async write(words: number, signal?: AbortSignal): Promise<void> {
    await setTimeout(words * this.msPerWord, undefined, { signal });
  }
}

function textsOf(prompt: LanguageModelV3Prompt, role: 'system' | 'user'): string {
  const contents = prompt.filter((message) => message.role === role).map(({ content }) => content);
  return contents
    .flatMap((content) =>
      typeof content === 'string' ? content : content.map((part) => ('text' in part ? part.text : '')),
    )
    .join('\n');
}

function quotesFrom(prompt: string): string {
  const [, passages = '', question = ''] = /^(.*)\nQuestion: (.*)$/s.exec(prompt) ?? [];
  const quotes = passages.split(/^(?=\[\d+\] )/m).flatMap((passage) => {
    const [, mark = '', heading = '', markdown = ''] = /^(\[\d+\]) ([^\n]*)\n(.*)$/s.exec(passage) ?? [];
    return sentencesOf(markdown).map((sentence) => ({ heading, sentence, text: `${sentence} ${mark}` }));
  });
  const index = new MiniSearch({ fields: ['sentence', 'heading'], storeFields: ['text'], tokenize: contentWords });
  index.addAll(quotes.map((quote, id) => ({ id, ...quote })));
  const fitting = index.search(question, { prefix: true, boost: { sentence: 2 } });
  const best = fitting.length > 0 ? fitting.map(({ text }) => String(text)) : quotes.map(({ text }) => text);
  return [...new Set(best)].slice(0, MAX_QUOTES).join('\n');
}

/** The prose without its markup: no code, tables or comments, and no sentence that ends in a colon. */
function sentencesOf(markdown: string): string[] {
  const prose = markdown
    // A passage may end within a block.
    .replace(/^(```|~~~).*?(?:^\1|(?![^]))/gms, '\n\n')
    .replace(/<!--.*?-->/gs, '\n\n')
    .replace(/^\s*\|.*$/gm, '\n\n')
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
    .replace(/^\s*(?:[-*>]|\d+\.)\s+/gm, '\n\n')
    .replace(/\*\*|`/g, '');
  const sentences = prose.split(/\n\s*\n|(?<=[.!?])\s+/).map((sentence) => sentence.replace(/\s+/g, ' ').trim());
  return sentences.filter((sentence) => /^.{20,400}[.!?]$/.test(sentence));
}

function wordsIn(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

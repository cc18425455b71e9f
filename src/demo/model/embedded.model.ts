import { setTimeout } from 'node:timers/promises';
import MiniSearch from 'minisearch';
import type { ExecutionTracker, ModelPrice } from '../../index';
import { contentWords } from '../docs/content-words';
import { LanguageModel, type Completion, type ModelSize, type Prompt } from './language-model';

/** Made up, per million words. */
export const EMBEDDED_PRICES: Readonly<Record<string, ModelPrice>> = {
  'embedded-small': { inputPerMillion: 0.5, outputPerMillion: 2 },
  'embedded-large': { inputPerMillion: 5, outputPerMillion: 25 },
};

const MAX_QUOTES = 3;

/**
 * Needs no server. The small model searches with the question's own words; the large one quotes the sentences of the
 * passages that fit the question best. Tokens are words, and each word written takes its time.
 */
export class EmbeddedModel extends LanguageModel {
  protected readonly provider = 'embedded';
  protected readonly names = { small: 'embedded-small', large: 'embedded-large' };

  constructor(
    tracker: ExecutionTracker,
    private readonly msPerWord: number,
  ) {
    super(tracker);
  }

  protected async complete(size: ModelSize, { instructions, text }: Prompt, signal?: AbortSignal): Promise<Completion> {
    const reply = size === 'small' ? contentWords(text).join(' ') : quotesFrom(text);
    const [inputTokens, outputTokens] = [wordsIn(`${instructions} ${text}`), wordsIn(reply)];
    await setTimeout(outputTokens * this.msPerWord, undefined, { signal });
    return { text: reply, usage: { inputTokens, outputTokens } };
  }
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
    .replace(/^(```|~~~).*?^\1/gms, '\n\n')
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

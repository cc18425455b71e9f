import type { Section } from '../docs/section';
import { termsOf } from '../docs/terms';
import { excerptsOf, type Excerpt } from './excerpts';
import { LanguageModel, NO_USAGE, type ModelReply } from './language-model';

const MAX_QUERIES = 3;
const MAX_QUOTES = 3;

/**
 * The model that needs no server: it searches with the question's own words and answers in the documents' own. Its tokens
 * are words, those that it reads and those that it writes.
 */
export class ExtractiveModel extends LanguageModel {
  readonly name = 'extractive';
  readonly provider = 'embedded';

  /** One search for each sentence of the question. */
  async suggestQueries(question: string): Promise<ModelReply<string[]>> {
    const queries = question.split(/[?!;]|\.\s/).map((sentence) => termsOf(sentence).join(' '));
    const distinctQueries = [...new Set(queries)].filter((query) => query !== '').slice(0, MAX_QUERIES);
    return reply(distinctQueries, [question], distinctQueries);
  }

  /** The excerpts whose words say most of what the question's do, in the order in which they stand. */
  async composeAnswer(question: string, passages: readonly Section[]): Promise<ModelReply<string>> {
    const candidates = distinct(passages.flatMap(candidatesOf));
    const scoreOf = scorer(termsOf(question), candidates);
    const best = [...candidates].sort((a, b) => scoreOf(b) - scoreOf(a)).slice(0, MAX_QUOTES);
    const relevant = new Set(best.filter((candidate, index) => index === 0 || scoreOf(candidate) > 0));
    const quotes = candidates.filter((candidate) => relevant.has(candidate)).map(quote);
    const answer = quotes.join('\n');
    return reply(answer, [question, ...passages.map(({ text }) => text)], [answer]);
  }
}

interface Candidate extends Excerpt {
  /** The passage's number in the answer, from 1. */
  readonly number: number;
  readonly terms: readonly string[];
  readonly headingTerms: ReadonlySet<string>;
}

function candidatesOf(passage: Section, index: number): Candidate[] {
  const headingTerms = new Set(termsOf(passage.heading));
  return excerptsOf(passage.text).map((excerpt) => ({
    ...excerpt,
    number: index + 1,
    terms: termsOf(excerpt.text),
    headingTerms,
  }));
}

/** Related packages share whole paragraphs: the first to say it is quoted. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  return [...new Map(candidates.toReversed().map((each) => [each.text, each])).values()].toReversed();
}

/**
 * TF-IDF: a word counts the more, the fewer candidates have it, and half where only the heading has it. Long candidates
 * are held back, and so are those of passages that the search put further down.
 */
function scorer(question: readonly string[], candidates: readonly Candidate[]): (candidate: Candidate) => number {
  const weights = new Map(question.map((term) => [term, rarity(term, candidates)]));
  return ({ terms, headingTerms, number }) => {
    const own = new Set(terms);
    let sum = 0;
    for (const [term, weight] of weights) {
      sum += own.has(term) ? weight : headingTerms.has(term) ? weight / 2 : 0;
    }
    return sum / (Math.sqrt(terms.length + 8) * (1 + number / 10));
  };
}

function rarity(term: string, candidates: readonly Candidate[]): number {
  const having = candidates.filter(({ terms }) => terms.includes(term)).length;
  return Math.log(1 + candidates.length / (1 + having));
}

function quote({ text, isCode, number }: Candidate): string {
  return isCode ? `${text}\n[${number}]` : `${text} [${number}]`;
}

function reply<T>(value: T, read: readonly string[], written: readonly string[]): ModelReply<T> {
  return { value, usage: { ...NO_USAGE, calls: 1, inputTokens: wordsIn(read), outputTokens: wordsIn(written) } };
}

function wordsIn(texts: readonly string[]): number {
  return texts.join(' ').match(/\S+/g)?.length ?? 0;
}

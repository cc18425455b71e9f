import { markdownLines } from '../docs/markdown-lines';
import { plainText } from '../docs/plain-text';

/** A sentence or a code block: what can be quoted without tearing it. */
export interface Excerpt {
  readonly text: string;
  readonly isCode: boolean;
}

const MIN_SENTENCE_LENGTH = 20;
const MAX_SENTENCE_LENGTH = 400;
const MAX_CODE_LINES = 15;

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Everything quotable in a piece of Markdown, in order. */
export function excerptsOf(markdown: string): Excerpt[] {
  return blocksOf(markdown).flatMap((block) => (block.isCode ? codeExcerpts(block.lines) : proseExcerpts(block.lines)));
}

interface Block {
  readonly isCode: boolean;
  readonly lines: string[];
}

/** Paragraphs, list items, tables and code blocks. */
function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let block: Block | undefined;
  for (const { text, isCode } of markdownLines(markdown)) {
    if (!isCode && text.trim() === '') {
      block = undefined;
    } else if (block?.isCode === isCode && (isCode || !startsListItem(text))) {
      block.lines.push(text);
    } else {
      blocks.push((block = { isCode, lines: [text] }));
    }
  }
  return blocks;
}

function startsListItem(line: string): boolean {
  return /^\s{0,12}(?:[-*+]|\d{1,9}[.)])\s/.test(line);
}

function codeExcerpts(lines: readonly string[]): Excerpt[] {
  return lines.length <= MAX_CODE_LINES + 2 ? [{ text: lines.join('\n'), isCode: true }] : [];
}

function proseExcerpts(lines: readonly string[]): Excerpt[] {
  if (lines.some(isTableRow)) return [];
  const prose = plainText(lines.map(withoutMarker).join(' '));
  return Array.from(sentences.segment(prose), ({ segment }) => segment.trim())
    .filter(isQuotable)
    .map((text) => ({ text, isCode: false }));
}

/** Not what only leads over to what follows ("For example:"), nor fragments, nor walls of text. */
function isQuotable(sentence: string): boolean {
  return sentence.length >= MIN_SENTENCE_LENGTH && sentence.length <= MAX_SENTENCE_LENGTH && !sentence.endsWith(':');
}

function isTableRow(line: string): boolean {
  return line.trimStart().startsWith('|');
}

function withoutMarker(line: string): string {
  return line.trim().replace(/^(?:[-*+>]|\d{1,9}[.)])\s/, '');
}

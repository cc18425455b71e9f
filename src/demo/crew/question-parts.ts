/** A question taken apart: what it asks of a tool in so many words, and the rest, which has to be searched for. */
export interface QuestionParts {
  readonly expressions: readonly string[];
  /** What `read_section` takes: `README.md#usage`, `README.md#Usage` or `Usage`. */
  readonly references: readonly string[];
  readonly rest: string;
}

// Without a command only numbers count as arithmetic, and only with operators that no date, version or path has.
const COMMAND = /\b(?:calculate|compute|how much is)\s+([^?!;]+?)(?=\s+and\s|[?!;]|\.\s|\.?$)/gi;
const ARITHMETIC = /(?<![\w.])[(-]*\d[\d.]*(?:(?:\s+[-+*/^%]\s+|\s*[*^+]\s*)[(-]*\d[\d.]*\)*)+/g;
const SECTION_ID = /[^\s"'`]+\.md#[\p{L}\p{N}_-]+/giu;
const SECTION_NAME = /\bsection\s+["“'`]([^"”'`]+)["”'`](?:\s+(?:of|in|from)\s+([\w@./-]*\w))?/gi;

export function takeApart(question: string): QuestionParts {
  const expressions: string[] = [];
  const references: string[] = [];
  const rest = question
    .replace(SECTION_NAME, (_, heading: string, document?: string) =>
      moveTo(references, document ? `${document}#${heading}` : heading),
    )
    .replace(SECTION_ID, (id) => moveTo(references, id))
    .replace(COMMAND, (_, expression: string) => moveTo(expressions, expression))
    .replace(ARITHMETIC, (expression) => moveTo(expressions, expression));
  return { expressions, references, rest };
}

/** Leaves a gap in the question, so that no word is searched for that has been dealt with. */
function moveTo(parts: string[], part: string): string {
  parts.push(part.trim());
  return ' ';
}

import { markdownLines } from './markdown-lines';
import { plainText } from './plain-text';
import type { Section } from './section';

/** Longer sections are cut: they are generated tables rather than prose, and every reader downstream is linear in them. */
const MAX_SECTION_LENGTH = 20_000;
const MAX_HEADING_LENGTH = 200;

interface Part {
  readonly heading?: string;
  readonly lines: string[];
}

/** The sections of a document, split at its headings; those without text of their own are left out. */
export function splitIntoSections(path: string, markdown: string): Section[] {
  const parts = splitAtHeadings(withoutFrontMatter(markdown));
  const title = packageOf(path) ?? parts.find((part) => part.heading)?.heading ?? path;
  const anchorOf = anchorsOfDocument();
  return parts
    .map(({ heading, lines }) => ({
      id: heading === undefined ? path : `${path}#${anchorOf(heading)}`,
      path,
      title,
      heading: heading || title,
      text: lines.join('\n').trim().slice(0, MAX_SECTION_LENGTH),
    }))
    .filter((section) => section.text !== '');
}

/** A package's README goes by the package's name: its own first heading is as often "Installation" or a logo. */
function packageOf(path: string): string | undefined {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/readme\.md$/i.exec(path)?.[1];
}

function withoutFrontMatter(markdown: string): string {
  return markdown.replace(/^\uFEFF/, '').replace(/^---\r?\n[\s\S]*?\n---\r?\n/, '');
}

function splitAtHeadings(markdown: string): Part[] {
  let part: Part = { lines: [] };
  const parts = [part];
  for (const { text, isCode } of markdownLines(markdown)) {
    const heading = isCode ? undefined : (atxHeading(text) ?? setextHeading(text, part.lines));
    if (heading === undefined) part.lines.push(text);
    else parts.push((part = { heading, lines: [] }));
  }
  return parts;
}

/** `## Heading` */
function atxHeading(line: string): string | undefined {
  const [, heading] = /^ {0,3}#{1,6}[ \t](.*)$/.exec(line) ?? [];
  return heading === undefined ? undefined : cleanHeading(heading.replace(/ #+$/, ''));
}

/** A line underlined with `===` or `---`; takes the heading's own line out of the part before. */
function setextHeading(underline: string, before: string[]): string | undefined {
  if (!/^(?:=+|-{2,})\s*$/.test(underline)) return undefined;
  const [above = '', heading = ''] = [before.at(-2), before.at(-1)];
  const isParagraph = above.trim() === '' && /^ {0,3}[^\s>|*+-]/.test(heading);
  return isParagraph ? cleanHeading(before.pop() ?? '') : undefined;
}

function cleanHeading(markdown: string): string {
  return plainText(markdown.slice(0, MAX_HEADING_LENGTH));
}

/** Anchors as GitHub makes them: a second "Usage" becomes `usage-1`. */
function anchorsOfDocument(): (heading: string) => string {
  const uses = new Map<string, number>();
  return (heading) => {
    const anchor = toAnchor(heading);
    const count = uses.get(anchor) ?? 0;
    uses.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  };
}

/** The anchor of a heading that is the first of its name in its document. */
export function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** One line of a document, and whether it belongs to a fenced code block (its fences included). */
export interface MarkdownLine {
  readonly text: string;
  readonly isCode: boolean;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

/** A document line by line. A fence that is never closed reaches to the end, as CommonMark has it. */
export function* markdownLines(markdown: string): Generator<MarkdownLine> {
  let open: string | undefined;
  for (const text of markdown.split(/\r?\n/)) {
    const [, marker = '', rest = ''] = FENCE.exec(text) ?? [];
    const isCode = open !== undefined || opensFence(marker, rest);
    yield { text, isCode };
    if (open !== undefined && closesFence(open, marker, rest)) open = undefined;
    else if (open === undefined && isCode) open = marker;
  }
}

function opensFence(marker: string, info: string): boolean {
  return marker !== '' && !(marker.startsWith('`') && info.includes('`'));
}

function closesFence(open: string, marker: string, rest: string): boolean {
  return marker.startsWith(open) && rest.trim() === '';
}

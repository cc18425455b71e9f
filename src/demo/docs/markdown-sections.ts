import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../startup.error';

/** A piece of a document under one heading: the crew finds, reads and quotes it. */
export interface Section {
  /** Where it begins, such as `guides/tea.md:12`. */
  readonly id: string;
  readonly heading: string;
  /** The Markdown below the heading, up to the next one. */
  readonly text: string;
}

/**
 * The sections of all Markdown below a folder, installed packages left out.
 *
 * @throws StartupError if there are none
 */
export async function readSections(folder: string): Promise<Section[]> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => /^(?!.*node_modules).*\.md$/i.test(path));
  const documents = paths
    .sort()
    .map(async (path) => splitIntoSections(path, await readFile(join(folder, path), 'utf8')));
  const sections = (await Promise.all(documents)).flat();
  if (sections.length === 0) throw new StartupError(`There is no Markdown with headings below ${folder}.`);
  return sections;
}

/** The sections that have text of their own. Text above the first heading is left out. */
export function splitIntoSections(path: string, markdown: string): Section[] {
  const sections: { id: string; heading: string; lines: string[] }[] = [];
  let isCode = false;
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
    const heading = isCode ? undefined : /^#{1,6} (.+)$/.exec(line)?.[1]?.replace(/[*`]/g, '').trim();
    if (heading) sections.push({ id: `${path}:${index + 1}`, heading, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections
    .map(({ id, heading, lines }) => ({ id, heading, text: lines.join('\n').trim() }))
    .filter(({ text }) => text !== '');
}

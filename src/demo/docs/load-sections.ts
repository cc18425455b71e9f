import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findPackageRoot } from '../package-root';
import { StartupError } from '../startup.error';
import { markdownFilesBelow, projectMarkdownFiles } from './markdown-files';
import { splitIntoSections } from './markdown-sections';
import type { Section } from './section';

const MAX_FILES = 2_000;
const MAX_FILE_BYTES = 256 * 1024;
/** The index takes some twenty times the memory of its text. */
const MAX_LENGTH = 16 * 1024 * 1024;

/**
 * The sections of all Markdown below `docsDir`; without it, of this project's documents and its packages' READMEs.
 * Of very large files the beginning, of very many the first; what cannot be read is left out.
 *
 * @throws StartupError if there is nothing to read
 */
export async function loadSections(docsDir?: string): Promise<Section[]> {
  const root = docsDir ?? findPackageRoot();
  const paths = docsDir === undefined ? projectMarkdownFiles(root) : markdownFilesBelow(root);
  const sections: Section[] = [];
  let [files, length] = [0, 0];
  for await (const path of paths) {
    const markdown = await readBeginning(join(root, path));
    sections.push(...splitIntoSections(path, markdown));
    files += 1;
    length += markdown.length;
    if (files >= MAX_FILES || length >= MAX_LENGTH) break;
  }
  if (sections.length === 0) throw new StartupError(`There is no text in any Markdown file (*.md) below ${root}.`);
  return sections;
}

async function readBeginning(path: string): Promise<string> {
  return text(createReadStream(path, { end: MAX_FILE_BYTES - 1 })).catch(() => '');
}

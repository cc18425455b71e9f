import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';

/** The Markdown files below `root`, as paths relative to it; hidden folders and installed packages are left out. */
export async function* markdownFilesBelow(root: string, folder = ''): AsyncGenerator<string> {
  for (const entry of await entriesOf(join(root, folder))) {
    const path = posix.join(folder, entry.name);
    if (entry.isFile() && /\.md$/i.test(entry.name)) yield path;
    else if (entry.isDirectory() && !/^(?:\..*|node_modules)$/.test(entry.name)) yield* markdownFilesBelow(root, path);
  }
}

/** This project's own documents, then the README of every package it has installed. */
export async function* projectMarkdownFiles(root: string): AsyncGenerator<string> {
  yield 'README.md';
  for await (const path of markdownFilesBelow(root, 'docs')) yield path;
  yield* ['CHANGELOG.md', 'CONTRIBUTING.md'];
  yield* packageReadmes(root);
}

async function* packageReadmes(root: string): AsyncGenerator<string> {
  const seen = new Set<string>();
  for await (const { name, folder } of installedPackages(root)) {
    // A package nested in another is an older version of one that was seen: its README says the same again.
    if (seen.has(name)) continue;
    seen.add(name);
    const readme = (await entriesOf(join(root, folder))).find((entry) => /^readme\.md$/i.test(entry.name));
    if (readme) yield posix.join(folder, readme.name);
  }
}

interface InstalledPackage {
  readonly name: string;
  readonly folder: string;
}

/** Direct and transitive packages alike, level by level, so that the copy nearest to the root comes first. */
async function* installedPackages(root: string): AsyncGenerator<InstalledPackage> {
  let level = ['.'];
  while (level.length > 0) {
    const found = (
      await Promise.all(level.map((parent) => packagesIn(root, posix.join(parent, 'node_modules'))))
    ).flat();
    yield* found;
    level = found.map(({ folder }) => folder);
  }
}

async function packagesIn(root: string, nodeModules: string): Promise<InstalledPackage[]> {
  const packages: InstalledPackage[] = [];
  for (const name of await visibleFolders(join(root, nodeModules))) {
    const names = name.startsWith('@') ? await scopedNames(root, nodeModules, name) : [name];
    packages.push(...names.map((each) => ({ name: each, folder: posix.join(nodeModules, each) })));
  }
  return packages;
}

async function scopedNames(root: string, nodeModules: string, scope: string): Promise<string[]> {
  const names = await visibleFolders(join(root, nodeModules, scope));
  return names.map((name) => `${scope}/${name}`);
}

async function visibleFolders(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
}

/** Sorted, so that every machine indexes in the same order; nothing for a folder that cannot be read. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

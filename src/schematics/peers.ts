import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';

type Dependencies = Readonly<Record<string, string>>;

interface Manifest {
  readonly dependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
  readonly optionalDependencies?: Dependencies;
  readonly peerDependencies?: Dependencies;
}

/** Those of our peers that a Nest application does not have anyway. */
const PEERS = ['@willsoto/nestjs-prometheus', 'prom-client'];

/** Writes the peers that are missing into package.json. @returns their names */
export function addMissingPeers(tree: Tree): string[] {
  if (!tree.exists('package.json')) return [];
  const text = tree.readText('package.json');
  const manifest = JSON.parse(text) as Manifest;
  const missing = PEERS.filter((name) => !isDeclared(manifest, name));
  if (missing.length > 0) tree.overwrite('package.json', formatLike(text, withDependencies(manifest, missing)));
  return missing;
}

function isDeclared(manifest: Manifest, name: string): boolean {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
  return [dependencies, devDependencies, optionalDependencies, peerDependencies].some((some) => some && name in some);
}

function withDependencies(manifest: Manifest, names: readonly string[]): Manifest {
  const { peerDependencies } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as Manifest;
  const added = names.map((name) => [name, peerDependencies![name]!] as const);
  const all = [...Object.entries(manifest.dependencies ?? {}), ...added];
  // Sorted as npm sorts them.
  return {
    ...manifest,
    dependencies: Object.fromEntries(all.toSorted(([one], [other]) => one.localeCompare(other, 'en'))),
  };
}

/** As npm does it, which rewrites the file at the next installation anyway. */
function formatLike(text: string, manifest: Manifest): string {
  const indentation = /^[\t ]+(?=")/m.exec(text)?.[0] ?? '  ';
  const json = JSON.stringify(manifest, undefined, indentation) + (text.endsWith('\n') ? '\n' : '');
  return text.includes('\r\n') ? json.replaceAll('\n', '\r\n') : json;
}

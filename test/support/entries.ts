import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** One of the doors of the package. */
export interface Entry {
  /** As a program asks for it. */
  readonly name: string;
  /** From the root of the repository. */
  readonly source: string;
  /** The page of its public names in test/golden/api. */
  readonly record: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

/** The entries that package.json lists. */
export function packageEntries(): Entry[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return [];
    const source = target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
    return [{ name: path.replace('.', name), source, record: `${path.slice(2) || 'index'}.md` }];
  });
}

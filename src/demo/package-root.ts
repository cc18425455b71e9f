import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this project: the nearest one with a package.json, seen from `src` under Jest as from `dist`. */
export function findPackageRoot(folder = __dirname): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`There is no package.json above ${__dirname}.`);
  return findPackageRoot(parent);
}

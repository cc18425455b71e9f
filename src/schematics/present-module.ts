import type { DirEntry, Tree } from '@angular-devkit/schematics';
import type { Compiler } from './compiler';
import { PACKAGE, usesMetricsModule } from './module-edit';

/** The file of an application that has MetricsModule already, be it in another module than the root. */
export function findPresentModule(ts: Compiler, tree: Tree, sourceRoot: string): string | undefined {
  return sourcesIn(tree.getDir(sourceRoot)).find((path) => {
    const text = tree.readText(path);
    // Parsing is slow, and few files name the package.
    return text.includes(PACKAGE) && usesMetricsModule(ts, text);
  });
}

function sourcesIn(folder: DirEntry): string[] {
  const files = folder.subfiles.filter((name) => /\.[cm]?[jt]s$/.test(name) && !/spec\.[cm]?[jt]s$/.test(name));
  // A source root may be the root of the workspace.
  const folders = folder.subdirs.filter((name) => name !== 'node_modules' && name !== 'dist' && !name.startsWith('.'));
  return [
    ...files.map((name) => `${folder.path === '/' ? '' : folder.path}/${name}`),
    ...folders.flatMap((name) => sourcesIn(folder.dir(name))),
  ];
}

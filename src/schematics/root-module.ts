import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import type typescript from 'typescript';
import type { Compiler } from './compiler';
import { importedNames, parse, type Syntax } from './syntax';
import type { Application } from './workspace';

export interface RootModule {
  readonly path: string;
  /** Unknown where main.ts does not say it. */
  readonly className?: string;
}

/** What the entry file gives to `NestFactory`, or else the file that `nest new` makes. */
export function findRootModule(ts: Compiler, tree: Tree, application: Application): RootModule | undefined {
  const { sourceRoot, entryFile } = application;
  // In the CLI's configuration the entry file may also begin where the build's output does.
  const entry = findFile(tree, posix.join(sourceRoot, entryFile)) ?? findFile(tree, entryFile);
  const started = entry === undefined ? undefined : findStarted(ts, tree, entry);
  if (started) return started;
  const usual = findFile(tree, posix.join(sourceRoot, 'app.module'));
  return usual === undefined ? undefined : { path: usual };
}

function findStarted(ts: Compiler, tree: Tree, entry: string): RootModule | undefined {
  const syntax = parse(ts, tree.readText(entry));
  const local = findFactoryArgument(syntax, syntax.source);
  if (local === undefined) return undefined;
  const name = importedNames(syntax).find((candidate) => candidate.local === local);
  if (!name) return { path: entry, className: local };
  const path = findImported(tree, entry, name.from);
  if (path === undefined) return undefined;
  return { path, className: name.imported === 'default' ? undefined : name.imported };
}

/** The `X` of `NestFactory.create(X)`, `createMicroservice(X)` and `createApplicationContext(X)`. */
function findFactoryArgument({ ts }: Syntax, root: typescript.Node): string | undefined {
  const find = (node: typescript.Node): string | undefined => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression: object, name } = node.expression;
      const [argument] = node.arguments;
      const isFactory = object.getText() === 'NestFactory' && name.text.startsWith('create');
      if (isFactory && argument && ts.isIdentifier(argument)) return argument.text;
    }
    return ts.forEachChild(node, find);
  };
  return find(root);
}

function findImported(tree: Tree, importer: string, specifier: string): string | undefined {
  // In ES modules a TypeScript file is imported by the name of what it compiles to.
  const path = specifier.replace(/\.[cm]?[jt]s$/, '');
  return path.startsWith('.') ? findFile(tree, posix.join(posix.dirname(importer), path)) : findFile(tree, path);
}

function findFile(tree: Tree, path: string): string | undefined {
  const candidates = ['.ts', '.mts', '.cts', '.js', '/index.ts'].map((ending) => posix.normalize(path + ending));
  return candidates.find((candidate) => tree.exists(candidate));
}

import type { Compiler } from './compiler';
import { FileStyle } from './file-style';
import { importName } from './import-change';
import { findMetadata } from './metadata';
import { appendElement, prependProperty } from './metadata-change';
import { importedNames, mentions, parse, type Syntax } from './syntax';
import { applyChanges } from './text-change';

export const PACKAGE = 'nestjs-agent-metrics';
const MODULE = 'MetricsModule';
/** For files that call something else by our module's name. */
const ALIAS = 'AgentMetricsModule';

export type ModuleEdit =
  | { readonly kind: 'changed'; readonly text: string }
  | { readonly kind: 'present' }
  /** The file is better left to its author. */
  | { readonly kind: 'by-hand'; readonly reason: string };

/**
 * Puts `MetricsModule.forRoot()` into the imports of a module, and imports its name.
 *
 * @param className of the module; without it, the file must have one only
 */
export function addMetricsModule(ts: Compiler, text: string, className?: string): ModuleEdit {
  const syntax = parse(ts, text);
  const imported = importedModule(syntax);
  if (imported !== undefined && isUsed(syntax, imported)) return { kind: 'present' };

  const metadata = findMetadata(syntax, className);
  if (typeof metadata === 'string') return { kind: 'by-hand', reason: metadata };

  const style = new FileStyle(text);
  const name = imported ?? (mentions(syntax, syntax.source, MODULE) ? ALIAS : MODULE);
  const call = `${name}.forRoot()`;
  const changes = metadata.imports
    ? appendElement(syntax, style, metadata.imports, call)
    : prependProperty(syntax, style, metadata.literal, `imports: [${call}]`);
  if (imported === undefined) {
    changes.push(importName(syntax, style, name === MODULE ? MODULE : `${MODULE} as ${name}`, PACKAGE));
  }
  return { kind: 'changed', text: applyChanges(text, changes) };
}

/** Whether a file does something with our module. */
export function usesMetricsModule(ts: Compiler, text: string): boolean {
  const syntax = parse(ts, text);
  const imported = importedModule(syntax);
  return imported !== undefined && isUsed(syntax, imported);
}

/** What the file calls our module. */
function importedModule(syntax: Syntax): string | undefined {
  return importedNames(syntax).find(({ imported, from }) => from === PACKAGE && imported === MODULE)?.local;
}

/** Anywhere in the file: in another module of it, or in a variable, it is in the application as well. */
function isUsed(syntax: Syntax, name: string): boolean {
  const { ts, source } = syntax;
  return source.statements.some((statement) => !ts.isImportDeclaration(statement) && mentions(syntax, statement, name));
}

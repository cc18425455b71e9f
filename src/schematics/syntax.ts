import type typescript from 'typescript';
import type { Compiler } from './compiler';

/** A parsed file, and the compiler that knows what its nodes are. */
export interface Syntax {
  readonly ts: Compiler;
  readonly source: typescript.SourceFile;
}

export interface ImportedName {
  /** What it is called in this file. */
  readonly local: string;
  /** What it is called where it comes from; `default` and `*` are names, too. */
  readonly imported: string;
  readonly from: string;
}

export function parse(ts: Compiler, text: string): Syntax {
  return { ts, source: ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true) };
}

export function importDeclarations({ ts, source }: Syntax): typescript.ImportDeclaration[] {
  return source.statements.filter((statement) => ts.isImportDeclaration(statement));
}

export const specifierOf = (declaration: typescript.ImportDeclaration): string =>
  (declaration.moduleSpecifier as typescript.StringLiteral).text;

/** Every value that the file imports; types cannot be put into a module. */
export function importedNames(syntax: Syntax): ImportedName[] {
  const { ts } = syntax;
  return importDeclarations(syntax).flatMap((declaration) => {
    const clause = declaration.importClause;
    if (!clause || clause.isTypeOnly) return [];
    const from = specifierOf(declaration);
    const names: ImportedName[] = clause.name ? [{ local: clause.name.text, imported: 'default', from }] : [];
    const bindings = clause.namedBindings;
    if (!bindings) return names;
    if (ts.isNamespaceImport(bindings)) return [...names, { local: bindings.name.text, imported: '*', from }];
    const values = bindings.elements.filter((element) => !element.isTypeOnly);
    return [
      ...names,
      ...values.map(({ name, propertyName }) => ({ local: name.text, imported: (propertyName ?? name).text, from })),
    ];
  });
}

/** Whether `name` occurs anywhere in `node`. */
export function mentions({ ts }: Syntax, node: typescript.Node, name: string): boolean {
  const found = (child: typescript.Node): boolean =>
    (ts.isIdentifier(child) && child.text === name) || (ts.forEachChild(child, found) ?? false);
  return found(node);
}

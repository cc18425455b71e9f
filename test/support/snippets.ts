import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '../..');

/** As Prettier has it. */
const PRINT_WIDTH = 120;

/** A code block whose source stands above it, as `<!-- file.ts#region -->`. */
export const SNIPPET = /<!-- (\S+\.ts)#(\S+) -->\n+```ts\n([\s\S]*?)```/g;

/**
 * What a guide shows of an example: a region, below the imports of its file that it needs.
 *
 * @param source file and region: `examples/tracking.ts#methods`
 * @throws when there is no such region
 */
export function snippetOf(source: string): string {
  const body = regionOf(source);
  const used = usedIn(parse(body));
  const imports = importsOf(parse(fileOf(source))).flatMap((statement) => narrowed(statement, used));
  return imports.length === 0 ? body : `${imports.join('')}\n${body}`;
}

/** The region alone. */
function regionOf(source: string): string {
  const [, region] = source.split('#');
  const lines = fileOf(source).split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion');
  if (start === -1 || end === -1) throw new Error(`${source} does not exist`);
  const body = lines.slice(start + 1, end);
  const indent = Math.min(...body.filter((line) => line !== '').map((line) => line.length - line.trimStart().length));
  return body.map((line) => `${line.slice(indent)}\n`).join('');
}

function fileOf(source: string): string {
  return readFileSync(join(root, source.split('#')[0]!), 'utf8');
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('snippet.ts', text, ts.ScriptTarget.Latest, true);
}

export function importsOf(file: ts.SourceFile): ts.ImportDeclaration[] {
  return file.statements.filter((statement) => ts.isImportDeclaration(statement));
}

/** The names that a piece of code uses; none where it has imports of its own. */
function usedIn(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMember(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  if (importsOf(file).length === 0) visit(file);
  return names;
}

/** Whether it names a member of something, which no import can mean. */
function isMember(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === name;
  if (ts.isBindingElement(parent)) return parent.propertyName === name;
  return (
    (ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent)) && parent.name === name
  );
}

/** The import of those names alone; nothing where none is used. */
function narrowed({ importClause, moduleSpecifier }: ts.ImportDeclaration, used: ReadonlySet<string>): string[] {
  if (importClause === undefined) return [];
  const { name, namedBindings } = importClause;
  const whole = [name, namedBindings !== undefined && ts.isNamespaceImport(namedBindings) ? namedBindings : undefined]
    .filter((part) => part !== undefined)
    .filter((part) => used.has((ts.isNamespaceImport(part) ? part.name : part).text))
    .map((part) => part.getText());
  const elements = namedBindings !== undefined && ts.isNamedImports(namedBindings) ? [...namedBindings.elements] : [];
  const named = elements.filter((element) => used.has(element.name.text));
  if (whole.length + named.length === 0) return [];
  const onlyTypes = importClause.isTypeOnly || (whole.length === 0 && named.every(({ isTypeOnly }) => isTypeOnly));
  const statement = (names: readonly string[]) =>
    `import ${onlyTypes ? 'type ' : ''}${[...whole, ...names].join(', ')} from ${moduleSpecifier.getText()};\n`;
  return [
    printed(
      statement,
      named.map((element) => (onlyTypes ? element.name : element).getText()),
    ),
  ];
}

/** On one line, or on one for each name. */
function printed(statement: (names: readonly string[]) => string, named: readonly string[]): string {
  if (named.length === 0) return statement([]);
  const line = statement([`{ ${named.join(', ')} }`]);
  return line.length - 1 <= PRINT_WIDTH ? line : statement([`{\n${named.map((name) => `  ${name},\n`).join('')}}`]);
}

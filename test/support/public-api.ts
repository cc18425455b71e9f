import { join } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '../..');

/** The public side of one entry of the package, read from its source. */
export interface PublicApi {
  /** Every exported name with its declaration, as it stands in the published types, without comments. */
  readonly text: string;
  /** Names that exist when the program runs, sorted. */
  readonly values: readonly string[];
  /** Every exported name, sorted. */
  readonly declarations: readonly PublicDeclaration[];
}

/** What an exported name is, as the published types have it. */
export interface PublicDeclaration {
  readonly name: string;
  readonly node: ts.Statement;
  /** Its docstrings: one, or of an overloaded function several. */
  readonly docs: readonly ts.JSDoc[];
  /** The declaration; its members have their docstrings. */
  readonly code: string;
}

/** Describes entries by their files, such as `src/index.ts`. */
export function describePublicApis(entries: readonly string[]): PublicApi[] {
  const files = entries.map((entry) => join(root, entry));
  const program = ts.createProgram(files, compilerOptions());
  const declarations = new DeclarationFiles(program);
  return files.map((file) => describeEntry(program, declarations, file));
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // Types are checked elsewhere.
  return { ...options, declaration: true, sourceMap: false, noCheck: true };
}

function describeEntry(program: ts.Program, declarations: DeclarationFiles, file: string): PublicApi {
  const checker = program.getTypeChecker();
  const entry = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const exported = [...checker.getExportsOfModule(entry)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const resolve = (symbol: ts.Symbol) => checker.getAliasedSymbol(symbol);
  const values = exported.filter((symbol) => !isTypeOnly(symbol) && resolve(symbol).flags & ts.SymbolFlags.Value);
  return {
    text: declarations.withWhatTheyNeed(exported.map(resolve)).join('\n'),
    values: values.map(({ name }) => name),
    declarations: exported.map((symbol) => declarations.describe(symbol.name, resolve(symbol))),
  };
}

/** Whether a name stands in an `export type`, whatever it is elsewhere. */
function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((node) => ts.isExportSpecifier(node) && (node.isTypeOnly || node.parent.parent.isTypeOnly));
}

/** The `.d.ts` that the compiler makes of each source file. */
class DeclarationFiles {
  private readonly files = new Map<string, ts.SourceFile>();

  constructor(private readonly program: ts.Program) {}

  /** The symbols, and then what they refer to in the same file and without which they say little, such as a base. */
  withWhatTheyNeed(symbols: readonly ts.Symbol[]): string[] {
    const exported = symbols.map((symbol) => this.textOf(symbol));
    const known = new Set(symbols.map(({ name }) => name));
    const needed = symbols.flatMap((symbol) => this.localsOf(symbol)).filter(({ name }) => !known.has(name));
    const texts = new Set(needed.map(({ text }) => `// not exported\n${text}`));
    return [...exported, ...[...texts].sort()];
  }

  describe(name: string, symbol: ts.Symbol): PublicDeclaration {
    const statements = this.statementsOf(symbol, symbol.name);
    return {
      name,
      node: statements[0]!,
      docs: statements.flatMap((statement) => ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc)),
      code: statements.map(printWithDocstrings).join(''),
    };
  }

  private textOf(symbol: ts.Symbol): string {
    return this.statementsOf(symbol, symbol.name).map(print).join('');
  }

  private localsOf(symbol: ts.Symbol): { name: string; text: string }[] {
    const statements = this.statementsOf(symbol, symbol.name);
    const names = new Set(statements.map(publicSide).flatMap(identifiersIn));
    return [...names].flatMap((name) => {
      const found = this.statementsOf(symbol, name);
      return name === symbol.name || found.length === 0 ? [] : [{ name, text: found.map(print).join('') }];
    });
  }

  private statementsOf(symbol: ts.Symbol, name: string): ts.Statement[] {
    const source = symbol.declarations![0]!.getSourceFile();
    return this.read(source).statements.filter((statement) => namesOf(statement).includes(name));
  }

  private read(source: ts.SourceFile): ts.SourceFile {
    const known = this.files.get(source.fileName);
    if (known !== undefined) return known;
    let text = '';
    this.program.emit(source, (_file, written) => (text = written), undefined, true);
    const file = ts.createSourceFile(`${source.fileName}.d.ts`, text, ts.ScriptTarget.Latest, true);
    this.files.set(source.fileName, file);
    return file;
  }
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.Statement & { name?: ts.Identifier };
  return name === undefined ? [] : [name.text];
}

function identifiersIn(node: ts.Node): string[] {
  if (ts.isIdentifier(node)) return [node.text];
  const found: string[] = [];
  node.forEachChild((child) => void found.push(...identifiersIn(child)));
  return found;
}

const printer = ts.createPrinter({ removeComments: true });

/** Without members that are private or marked `@internal`: those may change at will. */
function print(statement: ts.Statement): string {
  return `${printer.printNode(ts.EmitHint.Unspecified, publicSide(statement), statement.getSourceFile())}\n`;
}

const documentedPrinter = ts.createPrinter();

/** The same with the docstrings of members, and without the one above it. */
function printWithDocstrings(statement: ts.Statement): string {
  const shown = publicSide(statement);
  const text = documentedPrinter.printNode(ts.EmitHint.Unspecified, shown, statement.getSourceFile());
  return `${text.replace(/^(?:\/\*\*[^]*?\*\/\s*)+/, '')}\n`;
}

function publicSide(statement: ts.Statement): ts.Statement {
  if (!ts.isClassDeclaration(statement)) return statement;
  const { modifiers, name, typeParameters, heritageClauses, members } = statement;
  const shown = members.filter((member) => !isHidden(member));
  return ts.factory.updateClassDeclaration(statement, modifiers, name, typeParameters, heritageClauses, shown);
}

function isHidden(member: ts.ClassElement): boolean {
  const isPrivate = Boolean(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private);
  return isPrivate || ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
}

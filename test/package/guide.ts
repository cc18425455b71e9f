import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { importsOf } from '../support/snippets';

/** A code block of a guide. */
export interface Block {
  /** `ts`, `console`, `yaml`, `promql` … */
  readonly language: string;
  readonly text: string;
  /** What the paragraph above names: "In `src/crew.ts`"; else the last file named, where it is of this language. */
  readonly file: string | undefined;
}

/** A line to be typed, and what the guide says that it prints. */
export interface ShownCommand {
  readonly command: string;
  readonly output: readonly string[];
}

const BLOCK = /(?<above>(?:^.+\n)*)(?:\n|^<!--.*-->\n)*^```(?<language>\w+)\n(?<text>[\s\S]*?)^```$/gm;

/** The code blocks of `docs/<name>.md`, in their order. */
export function blocksOf(name: string): Block[] {
  const guide = readFileSync(join(__dirname, `../../docs/${name}.md`), 'utf8');
  let last = '';
  return [...guide.matchAll(BLOCK)].map(({ groups }) => {
    const { language, text, above } = groups as { language: string; text: string; above: string };
    const named = /\bIn `([\w./-]+\.\w+)`/.exec(above)?.[1];
    last = named ?? last;
    return { language, text, file: named ?? (last.endsWith(`.${language}`) ? last : undefined) };
  });
}

/** In a block with prompts they begin the commands, and output follows them; without, each line is a command. */
export function commandsOf({ text }: Block): ShownCommand[] {
  const lines = text.trimEnd().split('\n');
  if (!lines[0]!.startsWith('$ ')) return lines.map((command) => ({ command, output: [] }));
  const starts = lines.flatMap((line, index) => (line.startsWith('$ ') ? [index] : []));
  return starts.map((start, index) => ({
    command: lines[start]!.slice(2),
    output: lines.slice(start + 1, starts[index + 1]),
  }));
}

/** The code of a guide, by its files: those that it names, else one for its TypeScript and one for its JavaScript. */
export function filesOf(name: string): Map<string, string> {
  const snippets = new Map<string, string[]>();
  for (const { language, text, file = `src/guides/${name}.${language}.ts` } of blocksOf(name)) {
    if (/^[jt]s$/.test(language)) snippets.set(file, [...(snippets.get(file) ?? []), text]);
  }
  return new Map([...snippets].map(([file, texts]) => [file, inOneFile(texts)]));
}

/** Snippets that stand in one file: their imports first, each name once. */
function inOneFile(snippets: readonly string[]): string {
  const files = snippets.map((text) => ts.createSourceFile('snippet.ts', text, ts.ScriptTarget.Latest, true));
  const names = new Map<string, Set<string>>();
  for (const statement of files.flatMap(importsOf)) {
    const from = statement.moduleSpecifier.getText();
    for (const name of namesOf(statement)) names.set(from, (names.get(from) ?? new Set()).add(name));
  }
  const imports = [...names].flatMap(([from, some]) => [...some].map((name) => `import ${name} from ${from};\n`));
  return imports.join('') + files.map((file) => `\n${withoutImports(file)}`).join('');
}

/** Each name as if it were imported alone. */
function namesOf({ importClause }: ts.ImportDeclaration): string[] {
  const { name, namedBindings, isTypeOnly } = importClause!;
  const alone = [name, namedBindings && ts.isNamespaceImport(namedBindings) ? namedBindings : undefined];
  const elements = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
  return [
    ...alone.flatMap((part) => (part === undefined ? [] : [part.getText()])),
    ...elements.map((element) => `{ ${isTypeOnly ? 'type ' : ''}${element.getText()} }`),
  ];
}

function withoutImports(file: ts.SourceFile): string {
  const end = Math.max(0, ...importsOf(file).map((statement) => statement.getEnd()));
  return file.text.slice(end).trimStart();
}

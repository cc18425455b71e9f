import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as ts from 'typescript';
import { packageEntries } from './entries';

const root = join(__dirname, '../..');

/** Rooms that hold public names; the others are programs. */
const NOT_PUBLIC = /^(?:demo|observability)\/|\.spec\.ts$/;

export interface DocstringExample {
  readonly place: string;
  readonly code: string;
}

/** What stands behind `@example` in the library's source. */
export function docstringExamples(): DocstringExample[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts') && !NOT_PUBLIC.test(file)).flatMap(examplesIn);
}

function examplesIn(file: string): DocstringExample[] {
  const source = readFileSync(join(root, 'src', file), 'utf8');
  return [...source.matchAll(/@example\n([\s\S]*?)(?=^ *\* @|\*\/)/gm)].map(({ 1: lines, index }) => ({
    place: `src/${file}:${source.slice(0, index).split('\n').length}`,
    code: lines!
      .replace(/^ *\* ?/gm, '')
      .trim()
      .replaceAll('{ ... }', '{}'),
  }));
}

type Context = (code: string) => string;

/** Where the code of an example may stand: it shows a part of a program, and leaves out what is around it. */
const PROGRAMS: readonly Context[] = [
  (code) => code,
  (code) => inClass(`answer: any; async method() { ${code}\n }`),
  (code) => inClass(code),
  (code) => inClass(`${code}\n async method(value: string) {}`),
  // A field, and then what is done with it.
  (code) => inClass(code.replace(/^(constructor.*)\n([\s\S]*)$/, '$1\n method() { $2 }')),
  (code) => `${code}\n export class Example {}`,
];

/** The same for an option, which would be read as a label or as the type of a field. */
const OPTIONS: readonly Context[] = [
  (code) => `({ ${code}\n }) satisfies MetricsModuleOptions;`,
  // With what the caller's function returns, which only the caller knows.
  (code) => `({ ${code}\n }) satisfies ModelOptions<{ usage: Record<string, number> }>;`,
];

const contextsOf = (code: string) => (/^\w+: /.test(code) ? OPTIONS : PROGRAMS);

function inClass(members: string): string {
  return `class Example { tracker!: ExecutionTracker; agents!: AgentMetricsHealthIndicator; health: any; ${members}\n }`;
}

/** Names that an example takes from a program of its reader, and what depends on their types. */
const OF_THE_READER = new Set([2304, 2552, 18004, 7006, 7031]);

const FRAMEWORK = `import type { INestApplication } from '@nestjs/common';
import { Controller, Get, Injectable, Module, UseInterceptors } from '@nestjs/common';
import { Test } from '@nestjs/testing';

`;

function prelude(): string {
  const entries = packageEntries().map(({ source }) => {
    const text = readFileSync(join(root, source), 'utf8');
    const names = [...text.matchAll(/\{([^}]*)\}/g)].flatMap(([, list]) => list!.split(',').map((name) => name.trim()));
    return `import { ${names.filter(Boolean).join(', ')} } from '../${source.replace(/\.ts$/, '')}';`;
  });
  return `${FRAMEWORK}${entries.join('\n')}
    declare const metrics: MetricsCollector; declare const app: INestApplication;`;
}

/** What the compiler has against each example, in the place where it has least against it. */
export function faultsOf(examples: readonly DocstringExample[]): string[][] {
  const head = prelude();
  const files = new Map<string, string>();
  const names = examples.map(({ code }, example) =>
    contextsOf(code).map((context, i) => {
      const name = join(root, 'test', `docstring-example-${example}-${i}.ts`);
      files.set(name, `${head}\n${context(code)}`);
      return name;
    }),
  );
  const program = createProgram(files);
  return names.map((places) => fewestFaults(program, places));
}

/** Types are checked, which takes long, only in places that may have fewer faults than those before. */
function fewestFaults(program: ts.Program, places: readonly string[]): string[] {
  const parsed = places.map((name) => program.getSourceFile(name)!);
  const bySyntax = parsed
    .map((source) => ({ source, syntax: program.getSyntacticDiagnostics(source).length }))
    .sort((a, b) => a.syntax - b.syntax);
  let fewest: string[] | undefined;
  for (const { source, syntax } of bySyntax) {
    if (fewest !== undefined && syntax >= fewest.length) break;
    const faults = faultsIn(program, source);
    if (fewest === undefined || faults.length < fewest.length) fewest = faults;
  }
  return fewest!;
}

function createProgram(files: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
  const { options: given } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const options = {
    ...given,
    noEmit: true,
    rootDir: root,
    noUnusedLocals: false,
    noUnusedParameters: false,
    isolatedModules: false,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  // Comments of the packages make up most of what is read.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  host.readFile = (name) => files.get(name) ?? readFile.call(host, name);
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  return ts.createProgram([...files.keys()], options, host);
}

function faultsIn(program: ts.Program, source: ts.SourceFile): string[] {
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    .filter(({ code }) => !OF_THE_READER.has(code))
    .map(
      ({ code, messageText }) =>
        `${relative(root, source.fileName)}: ${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}

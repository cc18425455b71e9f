import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import typescript from 'typescript';
import { findCompiler } from './compiler';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'compiler-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function install(name: string, under: string, code: string): void {
  const path = join(folder, under, 'node_modules', name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
  writeFileSync(join(path, 'index.js'), code);
}

const COMPILER = (name: string) => `module.exports = { name: '${name}', createSourceFile() {}, getDecorators() {} };`;

it("is the application's", () => {
  install('typescript', '', COMPILER('of the application'));
  expect(findCompiler(folder)).toMatchObject({ name: 'of the application' });
});

it("is the CLI's, where the application's has no API for syntax trees", () => {
  install('typescript', '', 'module.exports = {};');
  install('@nestjs/cli', '', '');
  install('typescript', 'node_modules/@nestjs/cli', COMPILER('of the CLI'));
  expect(findCompiler(folder)).toMatchObject({ name: 'of the CLI' });
});

it('is the one beside us, where there is no other', () => {
  expect(findCompiler(folder)?.version).toBe(typescript.version);
});

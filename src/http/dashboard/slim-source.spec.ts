import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { slimSource } from './slim-source';

describe('A file of the page as it is sent', () => {
  it.each([
    ['a comment over several lines', '/**\n * A name.\n */\nexport const name = 1;', 'export const name = 1;'],
    ['comments in lines of their own', '  /** A name. */\n  // Why.\n  name = 1;', 'name = 1;'],
    ['a cast', 'const text = /** @type {string} */ (name);', 'const text = (name);'],
    ['empty lines', 'first();\n\n  \nsecond();\n', 'first();\nsecond();'],
    ['a cast where a line begins', '  /** @type {string} */ (name).trim();', '(name).trim();'],
  ])('has none of %s', (_what, source, expected) => {
    expect(slimSource(source)).toBe(expected);
  });

  it.each([
    ['an address', "const url = 'https://example.com'; // there"],
    ['a comment behind code', 'read(); /* it */'],
  ])('keeps a line with %s', (_what, source) => {
    expect(slimSource(source)).toBe(source);
  });
});

const PAGE = join(__dirname, 'page');
const modules = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
const printer = ts.createPrinter({ removeComments: true });

/** The code without comments. White space counts as one blank: in markup, more of it means nothing. */
function codeOf(source: string): string {
  return printer.printFile(ts.createSourceFile('page.js', source, ts.ScriptTarget.Latest)).replace(/\s+/g, ' ');
}

describe('A module as it is sent', () => {
  it.each(modules)('has all the code of %s', (name) => {
    const source = readFileSync(join(PAGE, name), 'utf8');
    expect(codeOf(slimSource(source))).toBe(codeOf(source));
  });

  it('lacks a line of a template that looks like a comment', () => {
    const source = 'const text = `\n// told\n`;';
    expect(codeOf(slimSource(source))).not.toBe(codeOf(source));
  });
});

import * as ts from 'typescript';
import type { PublicApi, PublicDeclaration } from './public-api';

/** A page of the API reference: every name of one entry, with its docstring as text and its declaration as code. */
export function renderApiReference(entry: string, { declarations }: PublicApi): string {
  const sections = SECTIONS.map(([title, isOfSection]) => ({ title, names: declarations.filter(isOfSection) }));
  const filled = sections.filter(({ names }) => names.length > 0);
  return [
    `# ${entry}`,
    `\`import { … } from '${entry}'\`, every public name. [All entries](README.md).`,
    ...filled.map(({ title, names }) => `**${title}**: ${names.map(link).join(', ')}`),
    ...declarations.flatMap(render),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The index of the pages. */
export function renderApiIndex(pages: readonly { name: string; record: string; api: PublicApi }[]): string {
  const rows = pages.map(({ name, record, api }) => {
    const names = api.declarations.filter(({ node }) => !isType(node)).map(({ name }) => `\`${name}\``);
    return `- [${name}](${record}): ${names.join(', ')}`;
  });
  const how = 'Made from the docstrings of the source: `UPDATE_API=1 npx jest test/public-api`.';
  return [
    '# API reference',
    'Every public name of every entry, with its docstring. Each entry lists what exists when the program runs; its page has the types, too.',
    rows.join('\n'),
    `${how} \`npm run docs:api\` writes the same as HTML with a search.`,
  ]
    .join('\n\n')
    .concat('\n');
}

const isType = (node: ts.Statement) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);

const SECTIONS: readonly [title: string, isOfSection: (declaration: PublicDeclaration) => boolean][] = [
  ['Functions', ({ node }) => ts.isFunctionDeclaration(node)],
  ['Classes', ({ node }) => ts.isClassDeclaration(node)],
  ['Constants', ({ node }) => ts.isVariableStatement(node)],
  ['Types', ({ node }) => isType(node)],
];

/** As GitHub makes the anchor of a heading. */
const link = ({ name }: PublicDeclaration) => `[${name}](#${name.toLowerCase()})`;

function render({ name, code, docs }: PublicDeclaration): string[] {
  return [`## ${name}`, ...docs.flatMap(renderDocs), `\`\`\`ts\n${withoutLinks(code)}\`\`\``];
}

/** Where a tag begins. Those of TypeScript's own parser include the decorators in examples. */
const TAG = /^(?=@(?:param|returns|default|throws|example)\b)/m;

/** A docstring: its text, what it says of parameters, result and errors as a list, and its examples as code. */
function renderDocs(docstring: ts.JSDoc): string[] {
  const [text, ...tags] = withoutStars(docstring.getText()).split(TAG).map(withoutLinks);
  const examples = tags.filter((tag) => tag.startsWith('@example'));
  const facts = tags.filter((tag) => !examples.includes(tag)).map(renderFact);
  const programs = examples.map((example) => `\`\`\`ts\n${example.replace('@example', '').trim()}\n\`\`\``);
  return [text!.trim(), facts.join('\n'), ...programs].filter((part) => part !== '');
}

function renderFact(tag: string): string {
  const [, name, text] = tag.trim().match(/^@(\w+)([^]*)$/)!;
  return `- _${name}_ ${text!.trim().replace(/\n/g, '\n  ')}`;
}

const withoutStars = (docstring: string) => docstring.replace(/^\/\*\*|\*\/$/g, '').replace(/^ *\* ?/gm, '');

/** Links to other names as their names. */
const withoutLinks = (text: string) => text.replace(/\{@link(?:code|plain)? ([^}|\s]+)[^}]*\}/g, '`$1`');

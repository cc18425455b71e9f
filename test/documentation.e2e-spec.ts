import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AppModule } from '../examples/quickstart';
import { SNIPPET, snippetOf } from './support/snippets';

const root = join(__dirname, '..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

interface Snippet {
  readonly page: string;
  readonly source: string;
  readonly code: string;
}

function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(SNIPPET)].map(([, file, region, code]) => ({
    page,
    source: `${file}#${region}`,
    code: code!,
  }));
}

/** With `UPDATE_DOCS=1` the pages take their snippets anew. */
function updateSnippets(page: string): void {
  const text = readFileSync(join(root, page), 'utf8');
  const updated = text.replace(
    SNIPPET,
    (block, file: string, region: string, code: string) =>
      `${block.slice(0, block.length - code.length - 3)}${snippetOf(`${file}#${region}`)}\`\`\``,
  );
  writeFileSync(join(root, page), updated);
}

if (process.env['UPDATE_DOCS'] === '1') pages.forEach(updateSnippets);

describe('documentation', () => {
  it.each(pages)('%s takes every TypeScript snippet from code that a test runs', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const count = (marks: RegExp) => text.match(marks)?.length ?? 0;
    expect([count(/```ts\n/g), count(/<!-- \S+\.ts#\S+ -->/g)]).toEqual(Array(2).fill(snippetsOf(page).length));
  });

  it.each(pages.flatMap(snippetsOf))('$page shows $source as it is', ({ source, code }) => {
    expect(code).toBe(snippetOf(source));
  });

  it.each(pages)('%s links to files that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) =>
      join(root, page, '..', target!),
    );
    for (const target of targets) expect(() => readFileSync(target)).not.toThrow();
  });
});

/** As GitHub and npm make them of headings. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(join(root, page), 'utf8').match(/(?<=^#+ ).*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('links within pages', () => {
  const links = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return [...text.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].map(([, target, anchor]) => ({
      page,
      target: target === '' ? page : join(page, '..', target!),
      anchor: anchor!,
    }));
  });

  it.each(links)('$page finds $target#$anchor', ({ target, anchor }) => {
    expect(anchorsOf(target)).toContain(anchor);
  });
});

/** A question with its answer, and a command that looks for lines of the metrics, with its output. */
const QUESTION_AND_METRICS =
  /```console\n\$ curl 'localhost:3000(\S+)'\n(.+)\n\$ curl -s 'localhost:3000(\S+)' \| grep '(.+)'\n([\s\S]+?)```/;

describe("README's first steps", () => {
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
  });

  afterAll(() => app.close());

  const get = async (path: string) => (await fetch(`${await app.getUrl()}${path}`)).text();

  it('show what README shows', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, question, answer, path, pattern, shown] = readme.match(QUESTION_AND_METRICS)!;
    expect(await get(question!)).toBe(answer);
    const text = await get(path!);
    const found = text.split('\n').filter((line) => new RegExp(pattern!).test(line));
    expect(`${found.join('\n')}\n`).toBe(shown);
  });
});

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child-process';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

let library: PackedLibrary;
let files: readonly string[];
let unpacked: string;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  await run({ command: ['tar', '-xzf', library.tarball], folder: library.folder });
  unpacked = join(library.folder, 'package');
  const entries = readdirSync(unpacked, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  files = entries.map(({ parentPath, name }) => join(parentPath, name).slice(unpacked.length + 1)).sort();
});

afterAll(() => library.remove());

const CODE = /\.(?:js|d\.ts|js\.map)$/;
const ROOMS =
  'adapters|budgets|collection|export|http|machine|module|observability|runtime|schematics|terminus|testing|tracking';

/** All that a package may hold. */
const ALLOWED = [
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/runbooks\.md)$/,
  /^dist\/[a-z-]+(?:\.[a-z]+)*\.(?:js|d\.ts|js\.map)$/,
  new RegExp(`^dist/(?:${ROOMS})/[^.][^/]*(?:/[^/]+)*\\.(?:js|d\\.ts|js\\.map)$`),
  /^dist\/http\/dashboard\/page\/.+\.(?:html|css|js|svg)$/,
  /^dist\/schematics\/(?:collection|schema)\.json$/,
  /^observability\/[^/]+\.(?:yml|json)$/,
  /^observability\/grafana\/.+$/,
];

it('holds the library, its page and its observability files, and nothing else', () => {
  expect(files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)))).toEqual([]);
  const mustBeThere = [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'dist/http/dashboard/page/index.html',
    'dist/index.d.ts',
  ];
  expect(files).toEqual(expect.arrayContaining(mustBeThere));
  expect(
    files.filter((file) => /(?:^|\/)(?:demo|test|benchmark|examples)\/|^dist\/main\.|\.spec\./.test(file)),
  ).toEqual([]);
});

it.each(['README.md', 'CHANGELOG.md', 'docs/runbooks.md'])(
  '%s has no link that needs the repository beside it',
  (page) => {
    const text = readFileSync(join(unpacked, page), 'utf8');
    expect(text.match(/\]\((?!https?:|#)[^)]+\)/g)).toBeNull();
  },
);

it('has types for each file of code', () => {
  const isCode = (file: string) => file.endsWith('.js') && !file.includes('/page/');
  const untyped = files.filter((file) => isCode(file) && !files.includes(file.replace(/\.js$/, '.d.ts')));
  expect(untyped).toEqual([]);
});

it('has no map that leads to a file which is not there', () => {
  const maps = files.filter((file) => file.endsWith('.map'));
  const broken = maps.filter((file) => {
    const map = JSON.parse(readFileSync(join(unpacked, file), 'utf8')) as { sourcesContent?: unknown };
    return map.sourcesContent === undefined;
  });
  expect(broken).toEqual([]);
});

it('says how large it is', () => {
  const bytes = files.reduce((sum, file) => sum + statSync(join(unpacked, file)).size, 0);
  const packed = statSync(library.tarball).size;
  console.log(`${files.length} files, ${Math.round(packed / 1e3)} kB packed, ${Math.round(bytes / 1e3)} kB unpacked`);
  expect(files.filter((file) => CODE.test(file)).length).toBeGreaterThan(100);
  expect(packed).toBeLessThan(1.3e6);
});

describe('what checks packages', () => {
  let checkers: ScratchProject;

  beforeAll(async () => {
    const packages = ['publint@0.3.25', '@arethetypeswrong/cli@0.18.5'];
    checkers = await ScratchProject.install({ within: library.folder, packages });
  });

  it('publint has nothing to say', async () => {
    const output = await checkers.run('npx', 'publint', 'run', unpacked, '--strict');
    expect(output).toContain('All good!');
  });

  it('are-the-types-wrong has nothing to say', async () => {
    // Fails with a table of its problems.
    const output = await checkers.run('npx', 'attw', library.tarball, '--no-emoji');
    expect(output).toContain('No problems found');
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as main from '../src';
import * as terminus from '../src/terminus';
import * as testing from '../src/testing';
import { describePublicApis } from './support/public-api';

const ENTRIES = [
  { entry: 'nestjs-agent-metrics', source: 'src/index.ts', record: 'index.md', loaded: main },
  { entry: 'nestjs-agent-metrics/testing', source: 'src/testing/index.ts', record: 'testing.md', loaded: testing },
  {
    entry: 'nestjs-agent-metrics/terminus',
    source: 'src/terminus/index.ts',
    record: 'terminus.md',
    loaded: terminus,
  },
];

const apis = describePublicApis(ENTRIES.map(({ source }) => source));

describe.each(ENTRIES.map((entry, i) => ({ ...entry, api: apis[i]! })))('$entry', ({ entry, record, loaded, api }) => {
  it(`has the public names, members and types of test/golden/api/${record}`, () => {
    const path = join(__dirname, 'golden/api', record);
    const page = `# ${entry}\n\n\`\`\`ts\n${api.text}\`\`\`\n`;
    if (process.env['UPDATE_API']) writeFileSync(path, page);
    expect(page).toBe(readFileSync(path, 'utf8'));
  });

  it('exports the values that its types promise, and no more', () => {
    expect(Object.keys(loaded).sort()).toEqual(api.values);
  });
});

describe('The package', () => {
  const root = join(__dirname, '..');
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object };

  /** What Node says where a program asks for a part of the package, in a process without Jest's own resolver. */
  const askFor = (path: string): string => {
    const program = `try { process.stdout.write(require.resolve(${JSON.stringify(path)})) } catch ({ code }) { process.stdout.write(code) }`;
    return execFileSync(process.execPath, ['--eval', program], { cwd: root, encoding: 'utf8' });
  };

  it('has these entries and itself', () => {
    const paths = ENTRIES.map(({ entry }) => entry.replace('nestjs-agent-metrics', '.'));
    expect(Object.keys(exports)).toEqual([...paths, './package.json']);
    expect(askFor('nestjs-agent-metrics/package.json')).toBe(join(root, 'package.json'));
  });

  it.each(['dist', 'dist/index.js', 'dist/collection/metrics-store.js', 'src/index.ts'])(
    'keeps %s to itself',
    (path) => {
      expect(askFor(`nestjs-agent-metrics/${path}`)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
    },
  );
});

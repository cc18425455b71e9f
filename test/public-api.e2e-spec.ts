import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderApiIndex, renderApiReference } from './support/api-reference';
import { packageEntries } from './support/entries';
import { describePublicApis } from './support/public-api';

const root = join(__dirname, '..');
const ENTRIES = packageEntries();

const apis = describePublicApis(ENTRIES.map(({ source }) => source));
const documented = ENTRIES.map((entry, i) => ({ ...entry, api: apis[i]! }));

function expectPage(path: string, page: string): void {
  if (process.env['UPDATE_API']) writeFileSync(path, page);
  expect(page).toBe(readFileSync(path, 'utf8'));
}

describe.each(documented)('$name', ({ name, source, record, api }) => {
  it(`has the public names, members and types of test/golden/api/${record}`, () => {
    expectPage(join(__dirname, 'golden/api', record), `# ${name}\n\n\`\`\`ts\n${api.text}\`\`\`\n`);
  });

  it(`is described in docs/reference/${record}`, () => {
    expectPage(join(root, 'docs/reference', record), renderApiReference(name, api));
  });

  it('exports the values that its types promise, and no more', () => {
    const loaded = jest.requireActual<object>(join(root, source));
    expect(Object.keys(loaded).sort()).toEqual(api.values);
  });
});

it('has an index of the reference', () => {
  expectPage(join(root, 'docs/reference/README.md'), renderApiIndex(documented));
});

describe('The package', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object };

  /** What Node says where a program asks for a part of the package, in a process without Jest's own resolver. */
  const askFor = (path: string): string => {
    const program = `try { process.stdout.write(require.resolve(${JSON.stringify(path)})) } catch ({ code }) { process.stdout.write(code) }`;
    return execFileSync(process.execPath, ['--eval', program], { cwd: root, encoding: 'utf8' });
  };

  it('has these entries and itself', () => {
    const entries = [
      '.',
      './ai-sdk',
      './anthropic',
      './budgets',
      './cache-manager',
      './langchain',
      './mcp',
      './openai',
      './openai-agents',
      './otel',
      './terminus',
      './testing',
    ];
    expect(Object.keys(exports).sort()).toEqual([...entries, './package.json'].sort());
    expect(askFor('nestjs-agent-metrics/package.json')).toBe(join(root, 'package.json'));
  });

  it.each(['dist', 'dist/index.js', 'dist/collection/metrics-store.js', 'src/index.ts'])(
    'keeps %s to itself',
    (path) => {
      expect(askFor(`nestjs-agent-metrics/${path}`)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
    },
  );
});

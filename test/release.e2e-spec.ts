import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { PUBLISHED_PAGES, withAbsoluteLinks, withRelativeLinks } from '../release/published-links';
import { addressFaults, readManifest, type Manifest } from '../release/repository-address';
import { NEST_VERSIONS, NODE_VERSIONS } from './package/versions';

const root = join(__dirname, '..');
const manifest: Manifest = {
  version: '1.2.3',
  repository: { type: 'git', url: 'git+https://github.com/example/agents.git' },
  homepage: 'https://github.com/example/agents#readme',
  bugs: { url: 'https://github.com/example/agents/issues' },
};

describe('the address of the repository', () => {
  it('is accepted once it is a real one', () => {
    expect(addressFaults(manifest)).toEqual([]);
  });

  it('is refused while it is the placeholder', () => {
    const withOwner = JSON.parse(JSON.stringify(manifest).replaceAll('example', 'OWNER')) as Manifest;
    expect(addressFaults(withOwner)).toEqual([
      'repository.url is a placeholder: git+https://github.com/OWNER/agents.git',
    ]);
  });

  it('is the same in repository, homepage and bugs', () => {
    const moved = { ...manifest, repository: { type: 'git', url: 'git+https://github.com/example/crews.git' } };
    expect(addressFaults(moved)).toEqual([
      'homepage must be https://github.com/example/crews#readme, and is https://github.com/example/agents#readme',
      'bugs.url must be https://github.com/example/crews/issues, and is https://github.com/example/agents/issues',
    ]);
  });

  it('has the form that npm keeps as it is', () => {
    const short = { ...manifest, repository: { type: 'git', url: 'https://github.com/example/agents' } };
    expect(addressFaults(short)).toEqual([
      'repository.url must look like git+https://github.com/owner/name.git, and is https://github.com/example/agents',
    ]);
  });

  it('stops a release if it has a fault', async () => {
    const faults = addressFaults(readManifest());
    const check = ['--require', './test/processes/register-typescript.js', 'release/check-address.ts'];
    const run = promisify(execFile)(process.execPath, check, { cwd: root });
    if (faults.length === 0) await expect(run).resolves.toMatchObject({ stderr: '' });
    else await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(faults[0]!) as string });
  });
});

describe.each(PUBLISHED_PAGES)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const published = withAbsoluteLinks(text, page, manifest);

  it('has absolute links where it is published, to files that exist', () => {
    const links = [...published.matchAll(/\]\((?!#)([^)]+)\)/g)].map(([, target]) => target!);
    expect(links.filter((target) => !/^https?:/.test(target))).toEqual([]);
    const inRepository = /^https:\/\/github\.com\/example\/agents\/(?:blob|raw)\/v1\.2\.3\/([^#]+)/;
    const paths = links.flatMap((target) => target.match(inRepository)?.[1] ?? []);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('is itself again afterwards', () => {
    expect(withRelativeLinks(published, page, manifest)).toBe(text);
  });
});

it('tells images, links and code apart', () => {
  const text = [
    '![A map](images/map.png) [Guide](guide.md#start) [Above](../README.md) [Here](#here) [Nest](https://nestjs.com)',
    '```md\n[Code](code.md)\n```',
  ].join('\n\n');
  const at = (kind: string) => `https://github.com/example/agents/${kind}/v1.2.3`;
  expect(withAbsoluteLinks(text, 'docs/page.md', manifest)).toBe(
    [
      `![A map](${at('raw')}/docs/images/map.png) [Guide](${at('blob')}/docs/guide.md#start) [Above](${at('blob')}/README.md) [Here](#here) [Nest](https://nestjs.com)`,
      '```md\n[Code](code.md)\n```',
    ].join('\n\n'),
  );
});

describe('the workflows', () => {
  interface Job {
    readonly uses?: string;
    readonly needs?: string;
    readonly permissions?: object;
    readonly strategy?: { readonly matrix: { readonly node: readonly number[]; readonly nest: readonly number[] } };
    readonly steps?: readonly { readonly run?: string }[];
  }
  const jobsOf = (name: string) =>
    (parse(readFileSync(join(root, '.github/workflows', name), 'utf8')) as { jobs: Record<string, Job> }).jobs;

  it('check every supported version with .ci/run', () => {
    const { strategy, steps } = jobsOf('ci.yml')['check']!;
    expect(strategy!.matrix).toEqual({ node: NODE_VERSIONS.map(Number), nest: NEST_VERSIONS.map(Number) });
    expect(steps!.flatMap(({ run }) => run ?? [])).toEqual(['.ci/run']);
  });

  it('publish what has been checked, with provenance', () => {
    const { check, publish } = jobsOf('release.yml');
    expect(check!.uses).toBe('./.github/workflows/ci.yml');
    expect(publish).toMatchObject({ needs: 'check', permissions: { 'id-token': 'write' } });
    expect(publish!.steps!.at(-1)!.run).toBe('npm publish --provenance --access public');
  });

  it.each([...NODE_VERSIONS.map((version) => `Node|${version}`), ...NEST_VERSIONS.map((version) => `Nest|${version}`)])(
    'check what docs/versions.md lists: %s',
    (row) => {
      const [name, version] = row.split('|');
      const rows = readFileSync(join(root, 'docs/versions.md'), 'utf8').split('\n');
      expect(rows.find((line) => line.startsWith(`| ${name} `))).toMatch(new RegExp(`\\b${version}\\b`));
    },
  );
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageEntries } from '../support/entries';
import { run } from './child-process';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

const api = join(__dirname, '../golden/api');

/** The names that an entry exports, as the recorded API has them. */
function namesOf(record: string): string[] {
  const page = readFileSync(join(api, record), 'utf8');
  return [
    ...page.matchAll(
      /(?<!\/\/ not exported\n)^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/gm,
    ),
  ].map(([, name]) => name!);
}

/** Registries of both clients, and what reads the one that an application has without the option. */
const REGISTRIES = `
import { register as successor } from '@prometheus-io/client';
import type { MetricsCollector, MetricsModuleOptions } from 'nestjs-agent-metrics';
import { register, type Registry } from 'prom-client';
export const options: MetricsModuleOptions[] = [{ registry: register }, { registry: successor }];
export const registryOf = (collector: MetricsCollector): Registry => collector.registry;
`;

/** A file that uses every name of every entry. */
function consumer(): string {
  const exported = packageEntries().map(({ name, record }) => {
    const names = [...new Set(namesOf(record))].join(', ');
    return `export { ${names.replaceAll(/(\w+)/g, 'type $1')} } from '${name}';`;
  });
  return exported.join('\n') + REGISTRIES;
}

let library: PackedLibrary;
let project: ScratchProject;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  const nest = ['common', 'core', 'platform-express', 'terminus'].map((name) => `@nestjs/${name}@12`);
  const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs', '@opentelemetry/api'];
  const successor = '@prometheus-io/client@0.16.1';
  const compilers = ['typescript-5.9@npm:typescript@5.9', 'typescript-6.0@npm:typescript@6.0', '@types/node@20'];
  const packages = [library.tarball, ...nest, ...peers, successor, ...compilers];
  project = await ScratchProject.install({ within: library.folder, packages });
  for (const extension of ['mts', 'cts', 'ts']) project.write(`consumer.${extension}`, consumer());
});

afterAll(() => library.remove());

const resolutions = [
  { file: 'consumer.mts', module: 'nodenext', resolution: 'nodenext' },
  { file: 'consumer.cts', module: 'nodenext', resolution: 'nodenext' },
  { file: 'consumer.ts', module: 'esnext', resolution: 'bundler' },
];

describe.each(['5.9', '6.0'])('TypeScript %s', (version) => {
  it.each(resolutions)('finds no fault with our types in $file, $resolution', async ({ file, module, resolution }) => {
    const flags = `--strict --noEmit --skipLibCheck false --target es2022 --types node --experimentalDecorators`;
    const compiler = `node_modules/typescript-${version}/bin/tsc`;
    const resolve = ['--module', module, '--moduleResolution', resolution];
    const compile = {
      command: ['node', compiler, ...flags.split(' '), ...resolve, file] as const,
      folder: project.folder,
    };
    // Types of other packages name packages that are not installed: whatever tsc says of those is not about us.
    const output = await run(compile).catch((error: Error) => error.message);
    const ours = output.split('\n').filter((line) => /^(?:consumer|node_modules\/nestjs-agent-metrics\/)/.test(line));
    expect(ours).toEqual([]);
    expect(namesOf('index.md').length).toBeGreaterThan(30);
  });
});

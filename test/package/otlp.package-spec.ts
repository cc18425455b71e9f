import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OtlpReceiver } from '../support/otlp-receiver';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

const example = readFileSync(join(__dirname, '../../examples/otlp.ts'), 'utf8');

/** With what goes with it. The third needs a newer Node than the oldest that we support. */
const SDKS = [
  { sdk: '2', exporter: '^0.200', api: '1.9' },
  { sdk: '3', exporter: '^0.300', api: '1.10' },
];

const COMPILER_OPTIONS = {
  target: 'es2022',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  outDir: 'dist',
};

let library: PackedLibrary;

beforeAll(async () => {
  library = await PackedLibrary.pack();
});

afterAll(() => library.remove());

it.each(SDKS)(
  'sends what a job has counted with the SDK $sdk.x, and its types are the same',
  async ({ sdk, exporter, api }) => {
    const nest = ['common', 'core'].map((name) => `@nestjs/${name}@12`);
    const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
    const own = [`api@~${api}`, `sdk-metrics@${sdk}`, `resources@${sdk}`, `exporter-metrics-otlp-proto@${exporter}`];
    const telemetry = own.map((name) => `@opentelemetry/${name}`);
    const tools = ['typescript@6.0', '@types/node@20', 'node@24'];
    const packages = [library.tarball, ...nest, ...peers, ...telemetry, ...tools];
    const project = await ScratchProject.install({ within: library.folder, packages });
    project.write('otlp.ts', example);
    project.write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['otlp.ts'] }));
    await project.run('node_modules/.bin/tsc');

    const receiver = await OtlpReceiver.start();
    const program = `require('reflect-metadata');
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = '${receiver.url}';
    require('./dist/otlp.js').runNightlyReport();`;
    await project.run('node_modules/.bin/node', '--eval', program);
    await receiver.stop();
    const metrics = receiver.received.flatMap((request) => request.metrics);
    const requests = metrics.find(({ descriptor }) => descriptor.name === 'crew.requests');
    expect(requests?.dataPoints.map(({ value }) => value)).toEqual([1, 0, 0, 0]);
  },
);

import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const PACKAGES = [
  '@nestjs/core',
  'prom-client',
  '@willsoto/nestjs-prometheus',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/exporter-prometheus',
  'nestjs-otel',
  'autocannon',
];

const require = createRequire(__filename);

function versionOf(folder: string): string | undefined {
  try {
    return (require(join(folder, 'package.json')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function versionOfPackage(name: string): string {
  for (const path of require.resolve.paths(name) ?? []) {
    const version = versionOf(join(path, name));
    if (version !== undefined) return version;
  }
  throw new Error(`${name} is not installed.`);
}

/** What everything was measured on, as rows of a table. */
export function describeMachine(): (readonly [what: string, value: string])[] {
  const processors = cpus();
  return [
    ['processor', `${processors[0]!.model.trim()}, ${processors.length} cores`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${process.platform} ${process.arch}`],
    ['Node', process.version],
    ['nestjs-agent-metrics', versionOf(ROOT)!],
    ...PACKAGES.map((name) => [name, versionOfPackage(name)] as const),
  ];
}

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { register } from 'prom-client';
import { attempt, exportsOf } from './loaded-modules';

/**
 * What to say where `@willsoto/nestjs-prometheus` or the application has loaded another copy of prom-client than ours, or
 * undefined where there is one. Each copy has a global registry of its own, and ours shows only the one that it knows.
 *
 * Only looked up, never loaded. Where modules are not found this way (in a bundle, say) nothing can be said.
 */
export function promClientCopyWarning(): string | undefined {
  const ours = attempt(() => require.resolve('prom-client'));
  if (ours === undefined) return undefined;
  const [copy] = neighbours()
    .flatMap((file) => resolveFrom(file) ?? [])
    .filter((path) => path !== ours && isOther(path));
  if (copy === undefined) return undefined;
  return (
    `There are two copies of prom-client with separate global registries: ${ours} is ours, ${copy} is another. Metrics that ` +
    'are registered there are missing from our text. Install one version for all: see "npm ls prom-client", then ' +
    '"npm dedupe" or "overrides" in package.json.'
  );
}

/** Files whose prom-client should be ours. */
function neighbours(): string[] {
  const library = attempt(() => require.resolve('@willsoto/nestjs-prometheus'));
  const folder = attempt(() => join(process.cwd(), 'package.json'));
  return [library, require.main?.filename, folder].filter((file) => typeof file === 'string');
}

function resolveFrom(file: string): string | undefined {
  return attempt(() => createRequire(file).resolve('prom-client'));
}

/** A copy that is not loaded holds no metrics. */
function isOther(path: string): boolean {
  const other = attempt(() => (exportsOf(path) as { register?: unknown } | undefined)?.register);
  return other !== undefined && other !== register;
}

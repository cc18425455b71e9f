import { sep } from 'node:path';
import { type ClientRegistry, isClientRegistry } from './client-registry';
import { attempt, exportsOf, loadedFiles } from './loaded-modules';

const FOLDER = `${sep}${['@prometheus-io', 'client'].join(sep)}${sep}`;

/**
 * The global registries of prom-client's successor `@prometheus-io/client`: one of each copy that the application, or a
 * library of it, has loaded. Only looked up, at each scrape, and never loaded: who does not use it need not install it.
 */
export function successorRegistries(): ClientRegistry[] {
  return loadedFiles()
    .filter((path) => path.includes(FOLDER))
    .map((path) => attempt(() => (exportsOf(path) as { register?: unknown } | undefined)?.register))
    .filter(isClientRegistry);
}

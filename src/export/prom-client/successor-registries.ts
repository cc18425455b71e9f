import { sep } from 'node:path';
import { type ClientRegistry, isClientRegistry } from './client-registry';
import { attempt, exportsOf, loadedFiles } from './loaded-modules';

const FOLDER = `${sep}${['@prometheus-io', 'client'].join(sep)}${sep}`;

/**
 * The global registries of prom-client's successor `@prometheus-io/client`: one of each copy that the application, or a
 * library of it, has loaded. Only looked up, at each scrape, and never loaded: who does not use it need not install it.
 */
export function successorRegistries(): ClientRegistry[] {
  return successorFiles()
    .map((path) => attempt(() => (exportsOf(path) as { register?: unknown } | undefined)?.register))
    .filter(isClientRegistry);
}

/** What was found the last time, and among how many files, of which the last. */
let found = { files: 0, last: undefined as string | undefined, ofSuccessor: [] as readonly string[] };

/** Searching a thousand paths takes as long as a tenth of a small text, and few modules are loaded between two scrapes. */
function successorFiles(): readonly string[] {
  const files = loadedFiles();
  const last = files.at(-1);
  if (files.length !== found.files || last !== found.last)
    found = { files: files.length, last, ofSuccessor: files.filter((path) => path.includes(FOLDER)) };
  return found.ofSuccessor;
}

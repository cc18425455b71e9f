import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What package.json says of where the project lives. */
export interface Manifest {
  readonly version: string;
  readonly repository: { readonly type: string; readonly url: string };
  readonly homepage: string;
  readonly bugs: { readonly url: string };
}

/** Stands in package.json until the repository has an address. */
const PLACEHOLDER = '/OWNER/';

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as Manifest;
}

/** The repository's page, such as `https://github.com/nestjs/nest`: `repository.url` is the one place that says it. */
export function repositoryAddress({ repository }: Manifest): string {
  return repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** What has to change in package.json before a release; empty if nothing. */
export function addressFaults(manifest: Manifest): string[] {
  const { repository, homepage, bugs } = manifest;
  const address = repositoryAddress(manifest);
  const faults: string[] = [];
  if (address.includes(PLACEHOLDER)) faults.push(`repository.url is a placeholder: ${repository.url}`);
  if (!/^git\+https:\/\/[^/]+\/[^/]+\/[^/]+\.git$/.test(repository.url))
    faults.push(`repository.url must look like git+https://github.com/owner/name.git, and is ${repository.url}`);
  if (homepage !== `${address}#readme`) faults.push(`homepage must be ${address}#readme, and is ${homepage}`);
  if (bugs.url !== `${address}/issues`) faults.push(`bugs.url must be ${address}/issues, and is ${bugs.url}`);
  return faults;
}

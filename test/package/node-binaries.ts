import { join } from 'node:path';
import { ScratchProject } from './scratch-project';
import { NODE_VERSIONS, type NodeVersion } from './versions';

/** The program of each version, from the npm package `node`. */
export async function installNodes(within: string): Promise<Readonly<Record<NodeVersion, string>>> {
  const programs: Partial<Record<NodeVersion, string>> = {};
  for (const version of NODE_VERSIONS) {
    const { folder } = await ScratchProject.install({ within, packages: [`node@${version}`] });
    programs[version] = join(folder, 'node_modules/.bin/node');
  }
  return programs as Record<NodeVersion, string>;
}

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { run } from './child-process';

const root = join(__dirname, '../..');

/** A registry in which the package is published already; for every other package it sends to the one that npm uses. */
export class NpmRegistry {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async publish(tarball: string): Promise<NpmRegistry> {
    const upstream = (await run({ command: ['npm', 'config', 'get', 'registry'], folder: root })).trim();
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string };
    const { name, version } = manifest;
    const bytes = readFileSync(tarball);
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

    const server = createServer(({ url }, response) => {
      if (url === `/${name}.tgz`) return response.end(bytes);
      if (url !== `/${name}`) return response.writeHead(302, { location: new URL(`.${url}`, upstream).href }).end();
      const dist = { tarball: `${registry.url}/${name}.tgz`, integrity };
      const versions = { [version]: { ...manifest, dist } };
      return response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const registry = new NpmRegistry(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return registry;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

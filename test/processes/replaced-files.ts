import Module from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { Module as NestModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsListener, MetricsModule } from '../../src';

/** What a deployment does that replaces the files of a running application: nothing more is found. */
function loseFiles(): void {
  Object.assign(Module, {
    _resolveFilename(name: string) {
      throw new Error(`Cannot find module '${name}'`);
    },
  });
}

@NestModule({ imports: [MetricsModule.forRoot({ defaultMetrics: false, listen: { port: 0, host: '127.0.0.1' } })] })
class ListenedModule {}

@NestModule({ imports: [MetricsModule.forRoot({ defaultMetrics: false })] })
class OwnModule {}

async function main(): Promise<void> {
  const apps = [];
  for (const module of [ListenedModule, OwnModule]) {
    const app = await NestFactory.create(module, { logger: false });
    await app.listen(0, '127.0.0.1');
    apps.push(app);
  }
  const [listened, own] = apps;
  const { port } = (own!.getHttpServer() as Server).address() as AddressInfo;
  const listenPort = listened!.get(MetricsListener).address()!.port;
  loseFiles();
  const statuses: Record<string, number> = {};
  for (const path of ['?format=json', '?format=prometheus', '/trends', '/history', '/requests', '/running']) {
    for (const [where, at] of Object.entries({ listener: listenPort, application: port })) {
      const response = await fetch(`http://127.0.0.1:${at}/metrics${path}`);
      await response.arrayBuffer();
      statuses[`${where} ${path}`] = response.status;
    }
  }
  process.stdout.write(JSON.stringify(statuses));
  process.exit();
}

void main();

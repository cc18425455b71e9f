import type { AddressInfo, Server } from 'node:net';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';

export interface ListeningApp {
  readonly app: INestApplication;
  /** Without a slash at the end. */
  readonly url: string;
}

/** Starts an application on a free port of this machine. */
export async function listen(module: Type, adapter: AbstractHttpAdapter = new ExpressAdapter()): Promise<ListeningApp> {
  const app = await NestFactory.create(module, adapter, { logger: ['error', 'fatal'] });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}` };
}

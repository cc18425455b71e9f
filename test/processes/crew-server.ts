import { setImmediate } from 'node:timers/promises';
import { Controller, Get, Injectable, Module, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { MetricsListener, MetricsModule, TrackAgent, TrackTool } from '../../src';

/** An application of 20 agents with 50 tools each. It says where it listens, and ends with its parent. */
@Injectable()
class Toolbox {
  @TrackTool({ name: (request: number) => `tool ${Math.floor(request / 20) % 50}` })
  async use(request: number): Promise<number> {
    await setImmediate();
    return request;
  }
}

@Controller('ask')
class Crew {
  constructor(private readonly tools: Toolbox) {}

  @Get()
  @TrackAgent({ id: (request: string) => `agent ${Number(request) % 20}` })
  async ask(@Query('request') request: string): Promise<{ answer: number }> {
    return { answer: await this.tools.use(Number(request)) };
  }
}

async function start([adapter, place]: string[]): Promise<void> {
  const listen = place === 'listener' ? { port: 0, host: '127.0.0.1' } : undefined;
  @Module({ imports: [MetricsModule.forRoot({ listen })], providers: [Toolbox], controllers: [Crew] })
  class AppModule {}

  const httpAdapter = adapter === 'Fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(AppModule, httpAdapter as ExpressAdapter, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const port = app.get(MetricsListener).address()?.port;
  process.send?.({ url, metricsUrl: port === undefined ? url : `http://127.0.0.1:${port}` });
}

process.once('disconnect', () => process.exit());
void start(process.argv.slice(2));

import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { Args, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway, type WsResponse } from '@nestjs/websockets';
import { generateText, stepCountIs, streamText, tool, wrapLanguageModel } from 'ai';
import { TrackAgent, TrackTool } from 'nestjs-agent-metrics';
import { agentMetricsMiddleware, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import { ManualClock } from 'nestjs-agent-metrics/testing';
import { from, map, type Observable } from 'rxjs';
import request from 'supertest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { counted, listen, OpenApplications, startHttp, withMetrics } from '../support/applications';
import { answer, delta, finish, modelOf6, PartSource, toolCall } from './ai-sdk/fake-models';

@Injectable()
class Search {
  @TrackTool('lookup')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable()
class Writer {
  constructor(private readonly search: Search) {}

  /** Calls a tool, whose code is decorated, and answers. */
  async ask(prompt: string): Promise<string> {
    const model = this.tracked({ answers: [toolCall('search', { text: prompt }), answer('It is tea.')] });
    const inputSchema = z.object({ text: z.string() });
    const search = tool({ inputSchema, execute: ({ text }) => this.search.query(text) });
    const result = await generateText({ model, prompt, tools: trackedTools({ search }), stopWhen: stepCountIs(2) });
    return result.text;
  }

  stream(prompt: string): AsyncIterable<string> {
    const parts = [delta('It is '), delta('tea.'), { type: 'text-end', id: '1' }, finish()];
    const model = this.tracked({ streams: [new PartSource(new ManualClock(), parts)] });
    return streamText({ model, prompt }).textStream;
  }

  private tracked(setup: Parameters<typeof modelOf6>[0]) {
    return wrapLanguageModel({ model: modelOf6(setup), middleware: agentMetricsMiddleware() });
  }
}

@WebSocketGateway()
class WriterGateway {
  constructor(private readonly writer: Writer) {}

  @SubscribeMessage('ask')
  @TrackAgent('writer')
  async ask(@MessageBody() prompt: string): Promise<WsResponse<string>> {
    return { event: 'answer', data: await this.writer.ask(prompt) };
  }

  @SubscribeMessage('stream')
  @TrackAgent('writer')
  stream(@MessageBody() prompt: string): Observable<WsResponse<string>> {
    return from(this.writer.stream(prompt)).pipe(map((data) => ({ event: data === 'tea.' ? 'answer' : 'part', data })));
  }
}

@Resolver()
class WriterResolver {
  constructor(private readonly writer: Writer) {}

  @Query(() => String)
  @TrackAgent('writer')
  ask(@Args('prompt') prompt: string): Promise<string> {
    return this.writer.ask(prompt);
  }
}

const ASKED = [
  'model gpt-x of writer: success',
  'tool lookup of writer: success',
  'tool search of writer: success',
  'model gpt-x of writer: success',
  'agent writer: success',
];

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

it.each([
  ['ask', 'It is tea.', ASKED],
  ['stream', 'tea.', ['model gpt-x of writer: success', 'agent writer: success']],
])('The AI SDK in a gateway: %s', async (event, data, counts) => {
  const metadata = withMetrics({ providers: [WriterGateway, Writer, Search] });
  const application = applications.add(
    await startHttp(metadata, 'express', (app) => app.useWebSocketAdapter(new WsAdapter(app))),
  );
  const socket = new WebSocket((await listen(application)).replace('http:', 'ws:'));
  await once(socket, 'open');
  const answered = new Promise<string>((resolve) => {
    socket.on('message', (message: Buffer) => {
      const received = JSON.parse(message.toString()) as { event: string; data: string };
      if (received.event === 'answer') resolve(received.data);
    });
  });
  socket.send(JSON.stringify({ event, data: 'tea' }));

  expect(await answered).toBe(data);
  socket.terminate();
  expect(counted(application)).toEqual(counts);
});

it('The AI SDK in a resolver', async () => {
  const metadata = withMetrics({
    imports: [GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true })],
    providers: [WriterResolver, Writer, Search],
  });
  const application = applications.add(await startHttp(metadata, 'fastify'));
  const query = '{ ask(prompt: "tea") }';
  const response = await request(application.getHttpServer()).post('/graphql').send({ query });

  expect(response.body).toEqual({ data: { ask: 'It is tea.' } });
  expect(counted(application)).toEqual(ASKED);
});

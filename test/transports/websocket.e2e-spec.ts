import { once } from 'node:events';
import { Scope, UseInterceptors, type INestApplicationContext, Injectable } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { of, type Observable } from 'rxjs';
import { WebSocket } from 'ws';
import { AgentMetricsInterceptor, TrackAgent, TrackTool } from '../../src';
import {
  ADAPTERS,
  counted,
  expectUntouched,
  listen,
  OpenApplications,
  type HttpApplication,
  startContext,
  startHttp,
  withMetrics,
} from '../support/applications';

@Injectable({ scope: Scope.TRANSIENT })
class Search {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@WebSocketGateway()
class CrewGateway {
  constructor(private readonly search: Search) {}

  @SubscribeMessage('above')
  @TrackAgent('crew')
  async above(@MessageBody() text: string) {
    return { event: 'answer', data: await this.search.query(text) };
  }

  @TrackAgent('crew')
  @SubscribeMessage('below')
  async below(@MessageBody() text: string) {
    return { event: 'answer', data: await this.search.query(text) };
  }

  @SubscribeMessage('stream')
  @TrackAgent('streamer')
  stream(): Observable<object> {
    return of({ event: 'part', data: 'tea' }, { event: 'answer', data: 'found' });
  }

  @SubscribeMessage('fail')
  @TrackAgent('failing')
  async fail(): Promise<string> {
    throw new WsException('No tea.');
  }

  @SubscribeMessage('intercepted')
  @UseInterceptors(AgentMetricsInterceptor.for('intercepted'))
  async intercepted(@MessageBody() text: string) {
    return { event: 'answer', data: await this.search.query(text) };
  }
}

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

describe.each(ADAPTERS)('A gateway on %s', (adapter) => {
  let neighbour: INestApplicationContext;
  let application: HttpApplication;
  let socket: WebSocket;

  beforeEach(async () => {
    const metadata = { providers: [CrewGateway, Search] };
    neighbour = applications.add(await startContext(withMetrics({ providers: [Search] })));
    application = applications.add(
      await startHttp(withMetrics(metadata), adapter, (app) => app.useWebSocketAdapter(new WsAdapter(app))),
    );
    socket = new WebSocket((await listen(application)).replace('http:', 'ws:'));
    await once(socket, 'open');
  });

  afterEach(() => {
    socket.terminate();
    expectUntouched(neighbour);
  });

  /** The last of the events that answer a message. */
  const send = (event: string) =>
    new Promise<unknown>((resolve) => {
      socket.on('message', (message: Buffer) => {
        const answer = JSON.parse(message.toString()) as { event: string; data: unknown };
        if (answer.event !== 'part') resolve(answer.data);
      });
      socket.send(JSON.stringify({ event, data: 'tea' }));
    });

  it.each([
    ['decorated below its pattern', 'above', 'tea found', ['tool search of crew: success', 'agent crew: success']],
    ['decorated above its pattern', 'below', 'tea found', ['tool search of crew: success', 'agent crew: success']],
    ['that streams', 'stream', 'found', ['agent streamer: success']],
    [
      'with an interceptor',
      'intercepted',
      'tea found',
      ['tool search of intercepted: success', 'agent intercepted: success'],
    ],
  ])('counts a handler %s', async (_name, event, answer, counts) => {
    expect(await send(event)).toBe(answer);
    expect(counted(application)).toEqual(counts);
  });

  it('counts a handler that throws as an error', async () => {
    await send('fail');
    expect(counted(application)).toEqual(['agent failing: error WsException']);
  });
});

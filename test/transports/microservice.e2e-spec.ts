import {
  Controller,
  Scope,
  UseInterceptors,
  type INestApplication,
  type INestApplicationContext,
} from '@nestjs/common';
import { EventPattern, MessagePattern, RpcException, type ClientProxy } from '@nestjs/microservices';
import { concat, lastValueFrom, NEVER, of, toArray, type Observable } from 'rxjs';
import { AgentMetricsInterceptor, currentExecution, TrackAgent, trackedTool } from '../../src';
import {
  counted,
  expectUntouched,
  inProgress,
  OpenApplications,
  startContext,
  startHttp,
  withMetrics,
} from '../support/applications';
import { connectByTcp } from '../support/tcp';

const search = trackedTool('search', async (text: string) => `${text} found`);

let aborted: Promise<void>;

@Controller()
class CrewController {
  @MessagePattern('ask')
  @TrackAgent('crew')
  async ask(text: string): Promise<string> {
    return search(text);
  }

  @MessagePattern('stream')
  @TrackAgent('streamer')
  stream(): Observable<string> {
    return of('tea', 'is', 'found');
  }

  @MessagePattern('fail')
  @TrackAgent('failing')
  async fail(): Promise<string> {
    throw new RpcException('No tea.');
  }

  @MessagePattern('watch')
  @TrackAgent('watcher')
  watch(): Observable<string> {
    return concat(of('watching'), NEVER);
  }

  @MessagePattern('wait')
  @TrackAgent('waiter')
  async wait(): Promise<string> {
    const { signal } = currentExecution()!;
    aborted = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    return new Promise(() => {});
  }

  @MessagePattern('intercepted')
  @UseInterceptors(AgentMetricsInterceptor.for('intercepted'))
  async intercepted(text: string): Promise<string> {
    return search(text);
  }

  @EventPattern('told')
  @TrackAgent('listener')
  async listen(text: string): Promise<void> {
    await search(text);
  }
}

@Controller({ scope: Scope.REQUEST })
class RequestScopedController {
  @MessagePattern('ask each')
  @TrackAgent('scoped')
  async ask(text: string): Promise<string> {
    return search(text);
  }
}

const applications = new OpenApplications();
let neighbour: INestApplicationContext;
let application: INestApplication;
let client: ClientProxy;

beforeEach(async () => {
  neighbour = applications.add(await startContext(withMetrics({ controllers: [CrewController] })));
  const metadata = { controllers: [CrewController, RequestScopedController] };
  application = applications.add(await startHttp(withMetrics(metadata)));
  client = await connectByTcp(application);
});

afterEach(async () => {
  expectUntouched(neighbour);
  client.close();
  await applications.closeAll();
});

const send = (pattern: string) => lastValueFrom(client.send<string[]>(pattern, 'tea').pipe(toArray()));

it.each([
  ['a message', 'ask', ['tea found'], ['tool search of crew: success', 'agent crew: success']],
  ['a message answered by a stream', 'stream', ['tea', 'is', 'found'], ['agent streamer: success']],
  [
    'a message to a request-scoped controller',
    'ask each',
    ['tea found'],
    ['tool search of scoped: success', 'agent scoped: success'],
  ],
  [
    'a message to an intercepted handler',
    'intercepted',
    ['tea found'],
    ['tool search of intercepted: success', 'agent intercepted: success'],
  ],
])('%s is counted', async (_name, pattern, answers, counts) => {
  expect(await send(pattern)).toEqual(answers);
  expect(counted(application)).toEqual(counts);
});

it('a message whose handler throws is counted as an error', async () => {
  await expect(send('fail')).rejects.toBeDefined();
  expect(counted(application)).toEqual(['agent failing: error RpcException']);
});

it('an event is counted', async () => {
  await lastValueFrom(client.emit('told', 'tea'), { defaultValue: undefined });
  // The server takes one message after the other.
  await send('ask');
  expect(counted(application)).toEqual(
    expect.arrayContaining(['tool search of listener: success', 'agent listener: success']),
  );
});

it.each([
  ['an endless stream whose client has left', 'watch', 'agent watcher: cancelled'],
  ['a handler that never answers', 'wait', 'agent waiter: cancelled'],
])('%s is in progress until the application closes', async (_name, pattern, count) => {
  const subscription = client.send<string>(pattern, 'tea').subscribe();
  // The server takes one message after the other.
  await send('ask');
  subscription.unsubscribe();
  expect(inProgress(application)).toBe(1);
  client.close();
  await application.close();
  expect(counted(application)).toContain(count);
  expect(inProgress(application)).toBe(0);
  if (pattern === 'wait') await aborted;
});

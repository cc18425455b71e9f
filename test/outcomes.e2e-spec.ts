import { once } from 'node:events';
import * as http from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  BadGatewayException,
  ConflictException,
  GatewayTimeoutException,
  InternalServerErrorException,
  RequestTimeoutException,
} from '@nestjs/common';
import { Annotation, Command, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { ToolTimeoutError } from '@openai/agents';
import { APICallError, RetryError } from 'ai';
import axios from 'axios';
import { DelayedError, RateLimitError, UnrecoverableError, WaitingChildrenError, WaitingError } from 'bullmq';
import { ConstantBackoff, handleAll, retry, timeout as timeLimit, TimeoutStrategy, wrap } from 'cockatiel';
import { from, lastValueFrom, NEVER, timeout } from 'rxjs';
import { Agent, fetch as undiciFetch } from 'undici';
import type { ExecutionStatus, MetricsModuleOptions } from '../src';
import { endings, startApplication } from './support/live-application';
import { RecordingLogger } from './support/recording-logger';
import { Subject } from './support/subject';

type Failure = readonly [what: string, fail: () => unknown, status: ExecutionStatus, errorType: string];

/** Accepts connections and never says a word. */
let silent: Server;
let refusing: string;
const connections = new Set<Socket>();

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function listen(): Promise<Server> {
  const server = createServer((socket) => connections.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  silent = await listen();
  const gone = await listen();
  refusing = urlOf(gone);
  gone.close();
});

afterAll(() => {
  for (const connection of connections) connection.destroy();
  silent.close();
});

const throwing = (error: unknown) => () => {
  throw error;
};

/** Aborts while what it was given to waits. */
function abortedSoon(reason?: unknown): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => controller.abort(reason));
  return controller.signal;
}

async function requestWithHttp(options: http.RequestOptions): Promise<void> {
  const request = http.get(urlOf(silent), options);
  request.on('timeout', () => request.destroy(Object.assign(new Error('timeout'), { code: 'ESOCKETTIMEDOUT' })));
  await once(request, 'response');
}

async function failInWorker(code: string): Promise<never> {
  const [error] = await once(new Worker(code, { eval: true }), 'message').catch((thrown: unknown) => [thrown]);
  throw error;
}

/** A writable that its reader leaves. */
function leftSoon(): PassThrough {
  const target = new PassThrough();
  setImmediate(() => target.destroy());
  return target;
}

const premature = 'ERR_STREAM_PREMATURE_CLOSE';

const destroyed = () => new PassThrough().destroy();

/** What a program waits for that sends a file, say. */
const endless = () => new Readable({ read() {} });

async function* words(): AsyncGenerator<string> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    yield 'word ';
  }
}

/** What Node 24 throws where it is to pipe into what is closed already. */
const unableToPipe = Object.assign(new Error('Cannot pipe to a closed or destroyed stream'), {
  code: 'ERR_STREAM_UNABLE_TO_PIPE',
  toString: () => 'Error [ERR_STREAM_UNABLE_TO_PIPE]: Cannot pipe to a closed or destroyed stream',
});

/** Of node-fetch, where a server has cut off its answer: an error of its own under the code of Node. */
const cutOff = () => Object.assign(new Error('Premature close'), { code: premature });

/** An error without a name of its own, as model SDKs have them. */
class APIConnectionTimeoutError extends Error {}
class APIUserAbortError extends Error {}
class ProviderError extends Error {
  constructor(
    override readonly name: string,
    readonly status: number,
  ) {
    super(name);
  }
}

/** A client's own, without an HTTP status. */
class QuotaError extends Error {
  override readonly name = 'RateLimitError';
}

/** What a Postgres driver throws. */
class DatabaseError extends Error {
  override readonly name = 'error';

  constructor(readonly code: string) {
    super('from the database');
  }
}

class OpaqueError extends Error {
  override get name(): string {
    throw new TypeError('not even a name');
  }
}

const timedOut = () => new DOMException('waited too long', 'TimeoutError');
const aborted = () => new DOMException('no longer wanted', 'AbortError');

const providerCall = (statusCode: number) =>
  new APICallError({ message: 'no', url: 'http://127.0.0.1', requestBodyValues: {}, statusCode });
const retried = (...errors: unknown[]) => new RetryError({ message: 'gave up', reason: 'maxRetriesExceeded', errors });

/** What got throws for a response that is no success. */
class HTTPError extends Error {
  override readonly name = 'HTTPError';
  readonly code = 'ERR_NON_2XX_3XX_RESPONSE';
  readonly response: { readonly statusCode: number };

  constructor(statusCode: number) {
    super(`Response code ${statusCode}`);
    this.response = { statusCode };
  }
}

/** What execa throws for a process that was killed. */
const killed = (why: { timedOut: boolean; isCanceled: boolean }, cause?: unknown) =>
  Object.assign(new Error('Command was killed', { cause }), { exitCode: undefined, signal: 'SIGTERM', ...why });

const timeLimited = timeLimit(1, TimeoutStrategy.Aggressive);
const never = () => new Promise<never>(() => {});

const trap = (field: string) => {
  throw new Error(`nobody may read ${field}`);
};
const hostile = (fields: object) =>
  new Proxy(Object.assign(new Error('hostile'), fields), {
    get: (target, field) => (field in fields ? (Reflect.get(target, field) as unknown) : trap(String(field))),
  });
const longChain = Array.from({ length: 1_000 }).reduce<unknown>(
  (cause) => new Error('one more', { cause }),
  timedOut(),
);
const ring = { errors: [] as unknown[], reason: { cause: undefined as unknown } };
ring.errors.push(ring, ring.reason);
ring.reason.cause = ring;

const withCode = (code: string, cause?: unknown) => Object.assign(new Error('from a driver', { cause }), { code });
const circular = new Error('round and round');
circular.cause = circular;
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const failures: Failure[] = [
  ['rxjs, timeout()', () => lastValueFrom(NEVER.pipe(timeout(1))), 'timeout', 'TimeoutError'],
  ['AbortSignal.timeout', () => sleep(60_000, undefined, { signal: AbortSignal.timeout(1) }), 'timeout', 'AbortError'],
  ['timers/promises, aborted', () => sleep(60_000, undefined, { signal: abortedSoon() }), 'cancelled', 'AbortError'],
  ['fetch, out of time', () => fetch(urlOf(silent), { signal: AbortSignal.timeout(1) }), 'timeout', 'TimeoutError'],
  ['fetch, aborted', () => fetch(urlOf(silent), { signal: abortedSoon() }), 'cancelled', 'AbortError'],
  [
    'fetch, aborted because of a timeout',
    () => fetch(urlOf(silent), { signal: abortedSoon(timedOut()) }),
    'timeout',
    'TimeoutError',
  ],
  ['fetch, refused', () => fetch(refusing), 'error', 'TypeError'],
  [
    'undici, no headers',
    () => undiciFetch(urlOf(silent), { dispatcher: new Agent({ headersTimeout: 1 }) }),
    'timeout',
    'TypeError',
  ],
  ['axios, out of time', () => axios.get(urlOf(silent), { timeout: 1 }), 'timeout', 'AxiosError'],
  [
    'axios, out of time by its newer code',
    () => axios.get(urlOf(silent), { timeout: 1, transitional: { clarifyTimeoutError: true } }),
    'timeout',
    'AxiosError',
  ],
  ['axios, aborted', () => axios.get(urlOf(silent), { signal: abortedSoon() }), 'cancelled', 'CanceledError'],
  ['axios, refused', () => axios.get(refusing), 'error', 'AxiosError'],
  ['http, a silent socket', () => requestWithHttp({ timeout: 1 }), 'timeout', 'ESOCKETTIMEDOUT'],
  ['http, aborted', () => requestWithHttp({ signal: abortedSoon() }), 'cancelled', 'AbortError'],
  ['a driver, out of time', throwing(withCode('ETIMEDOUT')), 'timeout', 'ETIMEDOUT'],
  ['a driver, reset', throwing(withCode('ECONNRESET')), 'error', 'ECONNRESET'],
  ['a driver, reset because of a timeout', throwing(withCode('ECONNRESET', timedOut())), 'timeout', 'ECONNRESET'],
  ['a database, unique violation', throwing(new DatabaseError('23505')), 'error', 'DatabaseError'],
  ['Nest, 408', throwing(new RequestTimeoutException()), 'timeout', 'RequestTimeoutException'],
  ['Nest, 504', throwing(new GatewayTimeoutException()), 'timeout', 'GatewayTimeoutException'],
  ['Nest, 409', throwing(new ConflictException()), 'error', 'ConflictException'],
  ['Nest, 500', throwing(new InternalServerErrorException()), 'error', 'InternalServerErrorException'],
  [
    'Nest, 502 because of a timeout',
    throwing(new BadGatewayException('upstream', { cause: timedOut() })),
    'timeout',
    'BadGatewayException',
  ],
  ['a model SDK, out of time', throwing(new APIConnectionTimeoutError()), 'timeout', 'APIConnectionTimeoutError'],
  ['pipeline, whose reader leaves', () => pipeline(endless(), leftSoon()), 'cancelled', premature],
  [
    'pipeline through a generator, whose reader leaves',
    () => pipeline(words(), (source) => source, leftSoon()),
    'cancelled',
    premature,
  ],
  ['pipeline, whose reader has left', () => pipeline(words(), destroyed()), 'cancelled', premature],
  ['Node 24, piping into what is closed', throwing(unableToPipe), 'cancelled', 'ERR_STREAM_UNABLE_TO_PIPE'],
  ['finished, whose stream is closed', () => finished(leftSoon()), 'cancelled', premature],
  [
    'pipeline, whose source fails',
    () => pipeline(endless().destroy(new RangeError('no more')), new PassThrough()),
    'error',
    'RangeError',
  ],
  ['node-fetch, cut off by its server', throwing(cutOff()), 'error', premature],
  [
    'node-fetch, sent to a reader and cut off',
    () => pipeline(endless().destroy(cutOff()), new PassThrough()),
    'error',
    premature,
  ],
  ['a model SDK, aborted', throwing(new APIUserAbortError()), 'cancelled', 'APIUserAbortError'],
  ['a client of the user, rate limited', throwing(new QuotaError('too fast')), 'error', 'RateLimitError'],
  ['a model SDK, rate limited', throwing(new ProviderError('RateLimitError', 429)), 'error', 'RateLimitError'],
  [
    'OpenAI Agents, a tool out of time',
    throwing(new ToolTimeoutError({ toolName: 'search', timeoutMs: 1 })),
    'timeout',
    'ToolTimeoutError',
  ],
  ['BullMQ, delayed', throwing(new DelayedError()), 'cancelled', 'DelayedError'],
  ['BullMQ, waiting', throwing(new WaitingError()), 'cancelled', 'WaitingError'],
  ['BullMQ, waiting for children', throwing(new WaitingChildrenError()), 'cancelled', 'WaitingChildrenError'],
  ['BullMQ, rate limited', throwing(new RateLimitError()), 'cancelled', 'RateLimitError'],
  ['BullMQ, unrecoverable', throwing(new UnrecoverableError()), 'error', 'UnrecoverableError'],
  ['a worker thread, thrown', () => failInWorker('throw new RangeError("no")'), 'error', 'RangeError'],
  [
    'a worker thread, posted: its own name and code are lost',
    () =>
      failInWorker(`
        class QuotaError extends Error { name = 'QuotaError'; code = 'ETIMEDOUT' }
        require('node:worker_threads').parentPort.postMessage(new QuotaError('no'));
      `),
    'error',
    'Error',
  ],
  ['undefined', throwing(undefined), 'error', 'undefined'],
  ['null', throwing(null), 'error', 'null'],
  ['text', throwing('text'), 'error', 'string'],
  ['an object', throwing({ message: 'no class' }), 'error', 'Object'],
  ['an object without a prototype', throwing(Object.create(null)), 'error', 'Error'],
  ['an error whose name throws', throwing(new OpaqueError()), 'error', 'OpaqueError'],
  ['the AI SDK, 504 without retries', throwing(providerCall(504)), 'timeout', 'AI_APICallError'],
  [
    'the AI SDK, 504 after retries',
    throwing(retried(providerCall(503), providerCall(504))),
    'timeout',
    'AI_RetryError',
  ],
  ['the AI SDK, fetch out of time after retries', throwing(retried(timedOut())), 'timeout', 'AI_RetryError'],
  [
    'the AI SDK, refused after a 504, since the last attempt decides',
    throwing(retried(providerCall(504), providerCall(401))),
    'error',
    'AI_RetryError',
  ],
  ['the AI SDK, overloaded after retries', throwing(retried(providerCall(529))), 'error', 'AI_RetryError'],
  ['got, 504', throwing(new HTTPError(504)), 'timeout', 'HTTPError'],
  ['got, 408', throwing(new HTTPError(408)), 'timeout', 'HTTPError'],
  ['got, 503', throwing(new HTTPError(503)), 'error', 'HTTPError'],
  [
    'got, cancelled',
    throwing(Object.assign(new Error(), { name: 'CancelError', isCanceled: true })),
    'cancelled',
    'CancelError',
  ],
  ['execa, out of time', throwing(killed({ timedOut: true, isCanceled: false })), 'timeout', 'Error'],
  ['execa, cancelled', throwing(killed({ timedOut: false, isCanceled: true })), 'cancelled', 'Error'],
  [
    'execa, cancelled by a signal that timed out',
    throwing(killed({ timedOut: false, isCanceled: true }, timedOut())),
    'timeout',
    'Error',
  ],
  ['execa, killed', throwing(killed({ timedOut: false, isCanceled: false })), 'error', 'Error'],
  ['cockatiel, out of time', () => timeLimited.execute(never), 'timeout', 'TaskCancelledError'],
  [
    'cockatiel, out of time after retries',
    () => wrap(retry(handleAll, { maxAttempts: 1, backoff: new ConstantBackoff(1) }), timeLimited).execute(never),
    'timeout',
    'TaskCancelledError',
  ],
  [
    'cockatiel, cancelled',
    throwing(Object.assign(new Error('Operation cancelled'), { isTaskCancelledError: true })),
    'cancelled',
    'Error',
  ],
  [
    'axios, AbortSignal.timeout',
    () => axios.get(urlOf(silent), { signal: AbortSignal.timeout(1) }),
    'timeout',
    'CanceledError',
  ],
  [
    'axios on fetch, AbortSignal.timeout',
    () => axios.get(urlOf(silent), { adapter: 'fetch', signal: AbortSignal.timeout(1) }),
    'timeout',
    'CanceledError',
  ],
  [
    'Promise.any, all out of time',
    () => Promise.any([1, 2].map((ms) => fetch(urlOf(silent), { signal: AbortSignal.timeout(ms) }))),
    'timeout',
    'AggregateError',
  ],
  [
    'Promise.any, one out of time',
    throwing(new AggregateError([new RangeError(), timedOut()])),
    'timeout',
    'AggregateError',
  ],
  ['Promise.any, none out of time', throwing(new AggregateError([new RangeError()])), 'error', 'AggregateError'],
  ['Promise.any, all aborted', throwing(new AggregateError([aborted(), aborted()])), 'cancelled', 'AggregateError'],
  ['Promise.any, one aborted', throwing(new AggregateError([aborted(), new RangeError()])), 'error', 'AggregateError'],
  ['Promise.any of nothing', () => Promise.any([]), 'error', 'AggregateError'],
  [
    'a connection, every address out of time',
    throwing(new TypeError('fetch failed', { cause: new AggregateError([withCode('ETIMEDOUT')]) })),
    'timeout',
    'TypeError',
  ],
  ['a reason that is a timeout', throwing(Object.assign(new Error(), { reason: timedOut() })), 'timeout', 'Error'],
  ['a reason in words', throwing(Object.assign(new Error(), { reason: 'TimeoutError' })), 'error', 'Error'],
  ['errors that are no list', throwing(Object.assign(new Error(), { errors: { age: timedOut() } })), 'error', 'Error'],
  ['a timeout under a thousand causes', throwing(longChain), 'error', 'Error'],
  ['errors and causes in a ring', throwing(ring), 'error', 'Object'],
  ['fields that throw', throwing(hostile({})), 'error', 'Error'],
  ['a cause whose fields throw', throwing(new RangeError('no', { cause: hostile({}) })), 'error', 'RangeError'],
  ['a timeout in a cause whose fields throw', throwing(hostile({ cause: timedOut() })), 'timeout', 'Error'],
  ['a list of errors that was revoked', throwing({ errors: revoked.proxy, lastError: null }), 'error', 'Object'],
  ['a revoked proxy', throwing(revoked.proxy), 'error', 'Error'],
  ['an error that causes itself', throwing(circular), 'error', 'Error'],
];

const errorWith = (fields: object) => Object.assign(new Error('no'), fields);
class OrderError extends Error {}
class Größenfehler extends Error {}
/** Thrown, but made by a function that somebody has given a name. */
const madeBy = (name: unknown) => ({ constructor: Object.defineProperty(() => {}, 'name', { value: name }) });
const longName = 'x'.repeat(64);

const errorTypes: [what: string, thrown: unknown, errorType: string][] = [
  ['a name with an address in it', { name: 'Jane Doe, 4 Elm Street, born 1970', message: 'x' }, 'Object'],
  ['a mail address as its name', { name: 'jane@example.com' }, 'Object'],
  ['a name in a script without spaces', { name: '简住在北京市朝阳区' }, 'Object'],
  ['a class beneath a name that is a sentence', Object.assign(new OrderError(), { name: 'No order 42' }), 'OrderError'],
  ['a code beneath a name that is a sentence', errorWith({ name: 'No order 42', code: 'E_ORDER' }), 'E_ORDER'],
  ['a card number as its code', errorWith({ code: '4111111111111111' }), 'Error'],
  ['a card number with dashes', errorWith({ code: '4111-1111-1111-1111' }), 'Error'],
  ['a card number with a word before it', errorWith({ code: 'card_4111111111111111' }), 'Error'],
  ['a telephone number', errorWith({ code: '+49-30-1234567' }), 'Error'],
  ['digits alone', errorWith({ code: '23505' }), 'Error'],
  ['an address of a machine', errorWith({ code: '10.0.0.1' }), 'Error'],
  ['a UUID', errorWith({ name: '550e8400-e29b-41d4-a716-446655440000' }), 'Error'],
  ['a line feed at the end', errorWith({ code: 'E_ORDER\n' }), 'Error'],
  ['an empty name', errorWith({ name: '', code: '' }), 'Error'],
  ['a number as its code', errorWith({ code: 7 }), 'Error'],
  ['a name that is an object', errorWith({ name: { toString: () => 'Jane' } }), 'Error'],
  ['a code of a database', errorWith({ code: 'ORA-00942' }), 'ORA-00942'],
  ['a code that begins with a digit', errorWith({ code: '42P01' }), '42P01'],
  ['a code of a cloud', errorWith({ code: 'Throttling.User' }), 'Throttling.User'],
  ['a code with six digits', errorWith({ code: 'AADSTS700016' }), 'AADSTS700016'],
  ['a class named as others write', new Größenfehler(), 'Größenfehler'],
  ['a name of 64 characters', errorWith({ name: longName }), longName],
  ['a name of 65 characters', errorWith({ name: `${longName}x` }), 'Error'],
  ['a constructor named by data', madeBy('Jane Doe, 4 Elm Street'), 'Error'],
  ['a constructor named by a number', madeBy('4111111111111111'), 'Error'],
  ['a constructor whose name is no text', madeBy(Symbol('Jane')), 'Error'],
  ['a constructor that is no function', { constructor: { name: 'Jane' } }, 'Error'],
  [
    'a constructor whose name throws',
    { constructor: new Proxy(class Jane {}, { get: (_, field) => trap(String(field)) }) },
    'Error',
  ],
];

/** What is thrown at once or later is swallowed: the rows are about what is counted. */
const settle = async (run: () => unknown): Promise<void> => {
  await Promise.allSettled([(async () => run())()]);
};

describe('an execution fails with', () => {
  it.each(failures)('%s', async (_what, fail, status, errorType) => {
    const { module, collector } = await startApplication({ providers: [Subject] });

    await settle(() => module.get(Subject).tool(fail));

    expect(endings(collector)).toEqual([{ status, errorType, durationMs: 0, chunks: 0, firstChunkMs: undefined }]);
    await module.close();
  });

  it('the interrupt of a LangGraph, and succeeds when it is resumed', async () => {
    const { module, collector } = await startApplication({ providers: [Subject] });
    const State = Annotation.Root({ answer: Annotation<string> });
    const graph = new StateGraph(State)
      .addNode('ask', () => module.get(Subject).tool(() => ({ answer: interrupt<string, string>('May I?') })))
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver() });
    const thread = { configurable: { thread_id: '1' } };

    await graph.invoke({ answer: '' }, thread);
    const resumed = await graph.invoke(new Command({ resume: 'You may.' }), thread);

    expect(resumed.answer).toBe('You may.');
    expect(endings(collector)).toMatchObject([
      { status: 'cancelled', errorType: 'GraphInterrupt' },
      { status: 'success', errorType: undefined },
    ]);
    await module.close();
  });
});

describe('The type of an error', () => {
  it.each(errorTypes)('of %s is no data', async (_what, thrown, errorType) => {
    const { module, collector } = await startApplication({ providers: [Subject] });

    await settle(() => module.get(Subject).tool(throwing(thrown)));

    expect(endings(collector)).toMatchObject([{ status: 'error', errorType }]);
    const labels = [...(await collector.exportMetrics('prometheus')).matchAll(/error_type="([^"]*)"/g)];
    expect(labels.map(([, label]) => label)).toEqual([errorType]);
    await module.close();
  });

  it('that is recorded is what the caller calls it', async () => {
    const { module, collector } = await startApplication();

    collector.recordToolExecution({ toolName: 't', durationMs: 1, status: 'error', errorType: 'no order 42' });

    expect(endings(collector)).toMatchObject([{ errorType: 'no order 42' }]);
    await module.close();
  });
});

type Classifiers = Pick<MetricsModuleOptions, 'classifyError' | 'classifyResult'>;

/** Runs a tool twice under the options, and tells how it ended and what was logged. */
async function classify(
  options: Classifiers,
  body: () => unknown,
  use: (result: unknown) => unknown = (result) => result,
) {
  const logger = new RecordingLogger();
  const { module, collector } = await startApplication({ providers: [Subject], options, logger });
  await settle(() => use(module.get(Subject).tool(body)));
  await settle(() => use(module.get(Subject).tool(body)));
  const ended = endings(collector).map(({ status, errorType }) => [status, errorType]);
  await module.close();
  return { ended, logged: [...logger.warnings, ...logger.errors] };
}

const twice = (status: ExecutionStatus, errorType?: string) => [
  [status, errorType],
  [status, errorType],
];
const rubbish = (answer: unknown) => () => answer as ExecutionStatus;
const fault = (): never => {
  throw new Error('a fault in the option');
};

describe('classifyError', () => {
  it('is asked with what was thrown and with our verdict', async () => {
    const classifyError = jest.fn();
    const error = new ConflictException();

    await classify({ classifyError }, throwing(error));

    expect(classifyError.mock.calls).toEqual([
      [error, 'error'],
      [error, 'error'],
    ]);
  });

  it.each(['error', 'timeout', 'cancelled'] as const)('makes it %s', async (status) => {
    const { ended } = await classify({ classifyError: () => status }, throwing(new ConflictException()));

    expect(ended).toEqual(twice(status, 'ConflictException'));
  });

  it('makes it a success, which has no error', async () => {
    const { ended } = await classify({ classifyError: () => 'success' }, throwing(new ConflictException()));

    expect(ended).toEqual(twice('success'));
  });

  it('leaves it at our verdict with undefined', async () => {
    const { ended, logged } = await classify({ classifyError: () => undefined }, throwing(timedOut()));

    expect(ended).toEqual(twice('timeout', 'TimeoutError'));
    expect(logged).toEqual([]);
  });

  it.each<[does: string, classifyError: () => ExecutionStatus, logged: RegExp]>([
    ['throws', fault, /failed at "classifyError"/],
    ['returns an unknown status', rubbish('failed'), /"classifyError" returned 'failed'/],
    ['returns a promise', rubbish(Promise.resolve('success')), /"classifyError" returned Promise/],
    ['returns null', rubbish(null), /"classifyError" returned null/],
  ])('that %s leaves it at our verdict, and is logged once', async (_does, classifyError, message) => {
    const { ended, logged } = await classify({ classifyError }, throwing(timedOut()));

    expect(ended).toEqual(twice('timeout', 'TimeoutError'));
    expect(logged).toEqual([expect.stringMatching(message)]);
  });
});

describe('classifyResult', () => {
  const refused = { isError: true, content: [] };
  const byIsError: Classifiers['classifyResult'] = (result) =>
    (result as typeof refused).isError ? 'error' : undefined;

  it('makes an error of a result that says so, whether it is awaited or not', async () => {
    expect((await classify({ classifyResult: byIsError }, () => refused)).ended).toEqual(twice('error', 'Error'));
    expect((await classify({ classifyResult: byIsError }, async () => refused)).ended).toEqual(twice('error', 'Error'));
  });

  it('leaves a success with undefined', async () => {
    const { ended } = await classify({ classifyResult: byIsError }, () => ({ content: [] }));

    expect(ended).toEqual(twice('success'));
  });

  it('is asked with the awaited value and the execution', async () => {
    const asked: unknown[] = [];
    const classifyResult: Classifiers['classifyResult'] = (result, { kind, name }) =>
      void asked.push({ result, kind, name });

    await classify({ classifyResult }, async () => 42);

    const question = { result: 42, kind: 'tool', name: 'subject' };
    expect(asked).toEqual([question, question]);
  });

  it('is not asked about what failed or streamed', async () => {
    const classifyResult = jest.fn();

    const failed = await classify({ classifyResult }, async () => fault());
    const stream = () => from([1, 2]);
    const streamed = await classify({ classifyResult }, stream, (result) => lastValueFrom(result as typeof NEVER));

    expect(failed.ended).toEqual(twice('error', 'Error'));
    expect(streamed.ended).toEqual(twice('success'));
    expect(classifyResult).not.toHaveBeenCalled();
  });

  it.each<[does: string, classifyResult: () => ExecutionStatus, logged: RegExp]>([
    ['throws', fault, /failed at "classifyResult"/],
    ['returns an unknown status', rubbish('failed'), /"classifyResult" returned 'failed'/],
    ['returns true', rubbish(true), /"classifyResult" returned true/],
  ])('that %s leaves it a success, and is logged once', async (_does, classifyResult, message) => {
    const { ended, logged } = await classify({ classifyResult }, () => refused);

    expect(ended).toEqual(twice('success'));
    expect(logged).toEqual([expect.stringMatching(message)]);
  });
});

describe('a classifier that is no function', () => {
  it.each(['classifyError', 'classifyResult'])('is refused: %s', async (option) => {
    await expect(startApplication({ options: { [option]: 'error' } })).rejects.toThrow(
      `the option "${option}" is 'error'; it must be a function`,
    );
  });
});

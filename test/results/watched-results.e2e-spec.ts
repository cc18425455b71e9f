import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable as NodeReadable } from 'node:stream';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { firstValueFrom, interval, lastValueFrom, map, Observable, of } from 'rxjs';
import { ExecutionTracker } from '../../src';
import { RecordingLogger } from '../support/recording-logger';
import { endings, startApplication, type LiveApplication } from '../support/live-application';
import { ended, readAll } from './result-row';

const { Readable } = createRequire(__filename)('readable-stream') as { Readable: typeof NodeReadable };

let application: LiveApplication;
let tracker: ExecutionTracker;
let logger: RecordingLogger;

beforeEach(async () => {
  logger = new RecordingLogger();
  application = await startApplication({ logger });
  tracker = application.module.get(ExecutionTracker);
});

afterEach(() => application.module.close());

const turn = () => new Promise((resolve) => setImmediate(resolve));
const ends = () => endings(application.collector);
const statuses = () => ends().map(({ status }) => status);
const running = () => application.collector.getRunning().length;

async function* two() {
  yield 'a';
  yield 'b';
}

/** Bluebird, in short: state in own properties, and methods that do not go through `then`. */
class LibraryPromise<Value> {
  private readonly state: Promise<Value>;

  constructor(executor: (resolve: (value: Value) => void, reject: (error: unknown) => void) => void) {
    this.state = new Promise(executor);
  }

  static resolve<Value>(value: Value) {
    return new LibraryPromise<Value>((resolve) => resolve(value));
  }

  static reject() {}
  static all() {}

  then<Result>(resolved: (value: Value) => Result, rejected?: (error: unknown) => never) {
    return new LibraryPromise<Awaited<Result>>((resolve, reject) => {
      this.state.then(resolved, rejected).then((value) => resolve(value as Awaited<Result>), reject);
    });
  }

  catch(rejected: (error: unknown) => never) {
    return this.then((value) => value, rejected);
  }
}

describe('A result is counted once', () => {
  it('that is awaited through a `then` of its own and then streamed', async () => {
    const stream = { [Symbol.asyncIterator]: two };
    const ask = () =>
      ({ then: (resolve: (value: typeof stream) => void) => resolve(stream) }) as PromiseLike<typeof stream>;

    await readAll(await tracker.trackTool('ask', ask));

    expect(ends()).toMatchObject([{ status: 'success', chunks: 2 }]);
    expect(running()).toBe(0);
  });

  it('whose `then` throws at once', async () => {
    const query = () =>
      ({
        then() {
          throw new TypeError('no session');
        },
      }) as unknown as PromiseLike<void>;

    await expect((async () => tracker.trackTool('query', query))()).rejects.toThrow('no session');

    expect(ends()).toEqual([ended('error', 0, 'TypeError')]);
  });

  it('that can be watched in part only, when it is returned, with a line in the log', async () => {
    const query = () =>
      Object.defineProperty({ then: (resolve: (value: number) => void) => resolve(1) }, 'catch', {
        value: () => {},
      }) as unknown as PromiseLike<number>;

    expect(await tracker.trackTool('query', query)).toBe(1);

    expect(ends()).toEqual([ended('success', 0)]);
    expect(logger.warnings).toEqual([expect.stringContaining('The option "until"')]);
  });

  it('that is asked in another way than by `then`', async () => {
    class ApiPromise extends Promise<void> {
      static override get [Symbol.species]() {
        return Promise;
      }

      override then(...callbacks: never[]): Promise<never> {
        return Reflect.apply(Promise.prototype.then, this.parse(), callbacks) as Promise<never>;
      }

      async parse() {
        await turn();
        application.clock.advance(5);
        return 'hello';
      }

      async withResponse() {
        return { data: await this.parse() };
      }
    }
    const create = () => new ApiPromise((resolve) => resolve());

    expect(await tracker.trackTool('create', create).withResponse()).toEqual({ data: 'hello' });

    expect(ends()).toEqual([ended('success', 5)]);
  });

  it('whose stream comes from another of its methods', async () => {
    class Run {
      [Symbol.asyncIterator] = two;

      toTextStream() {
        return NodeReadable.from(two());
      }
    }

    const run = await tracker.trackTool('run', async () => new Run());

    expect(await readAll(run.toTextStream())).toEqual(['a', 'b']);
    await turn();
    expect(ends()).toMatchObject([{ status: 'success', chunks: 2 }]);
  });

  it('that is read by its events', async () => {
    const open = async () => createInterface({ input: NodeReadable.from(['a\n']) });

    const lines = await tracker.trackTool('lines', open);
    await new Promise<void>((resolve) => lines.on('line', () => {}).on('close', resolve));

    expect(statuses()).toEqual(['success']);
  });

  it('that a library’s own class of promise settles', async () => {
    const ring = () => LibraryPromise.resolve('rang');

    const bell = tracker.trackTool('bell', ring);

    expect(bell).toBeInstanceOf(LibraryPromise);
    expect(await bell).toBe('rang');
    expect(statuses()).toEqual(['success']);
  });

  it('of native promises whose `then` was replaced after us', async () => {
    const { then } = Promise.prototype;
    try {
      Promise.prototype.then = function (this: Promise<unknown>, ...callbacks: unknown[]) {
        return Reflect.apply(then, this, callbacks) as never;
      };
      void tracker.trackTool('read', () => Promise.resolve('unread'));
      await turn();
    } finally {
      Promise.prototype.then = then;
    }
    expect(statuses()).toEqual(['success']);
  });

  it('that is a stream of readable-stream', async () => {
    const stream = tracker.trackTool('export', () => Readable.from(['a', 'b']));

    expect(await readAll(stream)).toEqual(['a', 'b']);

    expect(ends()).toMatchObject([{ status: 'success', chunks: 2 }]);
  });
});

describe('A stream of a model SDK is counted once', () => {
  /** The streams of OpenAI and Anthropic, in short. */
  class Stream {
    constructor(readonly iterator: () => AsyncIterator<string>) {}

    [Symbol.asyncIterator]() {
      return this.iterator();
    }

    tee(): [Stream, Stream] {
      const source = this.iterator();
      const waiting = [[], []] as Promise<IteratorResult<string>>[][];
      const left = new Set<object>();
      const branchOf = (queue: Promise<IteratorResult<string>>[]) => ({
        next: async () => {
          if (queue.length === 0) {
            const step = source.next();
            for (const each of waiting) each.push(step);
          }
          return queue.shift()!;
        },
        return: async () => {
          left.add(queue);
          if (left.size === 2) await source.return?.();
          return { done: true as const, value: undefined };
        },
      });
      return [new Stream(() => branchOf(waiting[0]!)), new Stream(() => branchOf(waiting[1]!))];
    }

    toReadableStream() {
      return ReadableStream.from<string>(this);
    }
  }

  async function* failing() {
    yield 'a';
    throw new TypeError('the model failed');
  }
  const readFirst = async (stream: Stream) => {
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
  };
  const ways: [string, (stream: Stream) => Promise<unknown>, string, number, string][] = [
    ['read', readAll, 'success', 2, 'error'],
    ['read as a web stream', (stream) => readAll(stream.toReadableStream()), 'success', 2, 'error'],
    ['read through its first branch', (stream) => readAll(stream.tee()[0]), 'success', 2, 'error'],
    ['read through its second branch', (stream) => readAll(stream.tee()[1]), 'success', 2, 'error'],
    ['read through both branches', (stream) => Promise.all(stream.tee().map(readAll)), 'success', 2, 'error'],
    [
      'left in its first branch and read in its second',
      async (stream) => {
        const [first, second] = stream.tee();
        await readFirst(first);
        await readAll(second);
      },
      'success',
      2,
      'error',
    ],
    ['left in both branches', (stream) => Promise.all(stream.tee().map(readFirst)), 'cancelled', 1, 'cancelled'],
    ['read through a branch of a branch', (stream) => readAll(stream.tee()[1].tee()[1]), 'success', 2, 'error'],
  ];

  it.each(ways)('that is %s', async (_way, use, status, chunks) => {
    await use(await tracker.trackTool('ask', async () => new Stream(two)));
    await use(tracker.trackTool('ask', () => new Stream(two)));

    expect(ends()).toMatchObject(Array.from({ length: 2 }, () => ({ status, chunks })));
    expect(running()).toBe(0);
  });

  it.each(ways)('that fails and is %s', async (_way, use, _status, _chunks, status) => {
    await use(await tracker.trackTool('ask', async () => new Stream(failing)));

    expect(ends()).toMatchObject([{ status, chunks: 1 }]);
    expect(running()).toBe(0);
  });

  it('whose iterator is none', async () => {
    const stream = tracker.trackTool('ask', () => ({ [Symbol.asyncIterator]: two, iterator: () => 7 }));

    expect(stream.iterator()).toBe(7);
  });
});

describe('A kept result', () => {
  const feed = () => ({ [Symbol.asyncIterator]: two });

  it('is watched once under any number of names', async () => {
    const kept = feed();
    let calls = 0;
    const open = () => tracker.trackTool({ name: () => `tenant ${(calls += 1)}` }, () => kept);
    for (let call = 0; call < 5_000; call += 1) open();

    expect(await readAll(open())).toEqual(['a', 'b']);
  });

  it('leaves one execution in progress, however often it is awaited', async () => {
    const kept = feed();
    for (let call = 0; call < 50; call += 1) await tracker.trackTool('get', async () => kept);

    expect(running()).toBe(1);
  });

  it('does what the original does where its methods are copied onto another object', async () => {
    class Request {
      constructor(private readonly response: Promise<string>) {}

      then<Result>(resolved: (value: string) => Result) {
        return this.response.then(resolved);
      }
    }
    const request = tracker.trackTool('request', () => new Request(Promise.resolve('response')));

    const body = Object.defineProperties(Promise.resolve('body'), Object.getOwnPropertyDescriptors(request));

    expect(await body.then((text: string) => text)).toBe('body');
    expect(ends()).toEqual([]);
  });
});

describe('The caller notices nothing of', () => {
  it('an Observable with private fields', () => {
    class Progress extends Observable<number> {
      #total = 3;

      get total() {
        return this.#total;
      }
    }

    expect(tracker.trackTool('progress', () => new Progress()).total).toBe(3);
  });

  it('a promise with properties that do not show', () => {
    const cancel = Symbol('cancel');
    const call = () => {
      const promise = Object.defineProperty(Promise.resolve(1), 'id', { value: 7 });
      return Object.assign(promise, { [cancel]: 'cancelled' }) as Promise<number> & { id: number; [cancel]: string };
    };

    const promise = tracker.trackTool('call', call);

    expect([promise.id, promise[cancel]]).toEqual([7, 'cancelled']);
  });

  it('a subclass of promises with a limit', async () => {
    class Task extends Promise<number> {
      timesTwo() {
        return this.then((value) => value * 2);
      }
    }
    const limited = { name: 'task', timeoutMs: 60_000 };

    const chained = tracker
      .trackTool(limited, () => new Task((resolve) => resolve(2)))
      .then((value) => value + 1) as Task;

    expect(await chained.timesTwo()).toBe(6);
  });

  it('a web stream and its options', async () => {
    const web = () => tracker.trackTool('web', () => ReadableStream.from<string>(['a', 'b']));

    expect(() => web().pipeThrough(new TransformStream(), { signal: {} as AbortSignal })).toThrow('AbortSignal');
    expect(await readAll(web().values(null as never))).toEqual(['a', 'b']);
  });
});

describe('How it ends', () => {
  it('is told by the closed promise of a web stream’s reader', async () => {
    let fail: (error: Error) => void = () => {};
    const source = () =>
      new ReadableStream({ start: (controller) => void (fail = (error) => controller.error(error)) });
    const reader = tracker.trackTool('web', source).getReader();

    fail(new TypeError('the model failed'));

    await expect(reader.closed).rejects.toThrow('the model failed');
    expect(statuses()).toEqual(['error']);
  });

  it('is a success where the consumer takes the one value that there is', async () => {
    const one = () =>
      new Observable<string>((subscriber) => {
        subscriber.next('sunny');
        subscriber.complete();
      });

    expect(await firstValueFrom(tracker.trackTool('weather', one))).toBe('sunny');
    await firstValueFrom(tracker.trackTool('ticks', () => interval(1)));
    await turn();

    expect(statuses()).toEqual(['success', 'cancelled']);
  });

  describe('where an Observable of one value goes through operators', () => {
    const loud = () => of('sunny').pipe(map((text) => text.toUpperCase()));

    it('is a success to those who read it to its end', async () => {
      expect(await lastValueFrom(tracker.trackTool('weather', loud))).toBe('SUNNY');
      expect(await tracker.trackTool('weather', () => firstValueFrom(loud()))).toBe('SUNNY');

      expect(statuses()).toEqual(['success', 'success']);
    });

    it('is cancelled by those who take its first value, because operators end with their reader', async () => {
      expect(await firstValueFrom(tracker.trackTool('weather', loud))).toBe('SUNNY');
      await turn();

      expect(statuses()).toEqual(['cancelled']);
    });
  });

  it('is cancelled where the consumer of a pipeline leaves', async () => {
    const endless = async function* () {
      for (;;) {
        await turn();
        yield 'word ';
      }
    };
    const left = new Promise<void>((resolve) => {
      const server = createServer((_request, response) => {
        pipeline(NodeReadable.from(tracker.trackTool('tell', endless)), response, () => {
          server.close();
          resolve();
        });
      }).listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        const request = get({ port, host: '127.0.0.1' }, (response) => response.once('data', () => request.destroy()));
        request.on('error', () => {});
      });
    });

    await left;
    await turn();
    await turn();
    expect(statuses()).toEqual(['cancelled']);
  });

  it('is cancelled where nobody reads what was awaited', async () => {
    await tracker.trackTool('news', async () => interval(10));
    expect(running()).toBe(1);

    application.clock.advance(500);

    expect(statuses()).toEqual(['cancelled']);
    expect(running()).toBe(0);
  });

  it('is seen by nobody where the stack overflows, and nothing is left in progress', () => {
    const deep = (): void => tracker.trackTool('deep', deep);

    expect(deep).toThrow(RangeError);

    expect(running()).toBe(0);
  });
});

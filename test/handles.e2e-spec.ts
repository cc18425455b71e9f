import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Subject as RxSubject, from, lastValueFrom } from 'rxjs';
import {
  currentExecution,
  ExecutionTracker,
  TrackAgent,
  TrackTool,
  type AgentOptions,
  type ExecutionHandle,
  type ExecutionStatus,
  type MetricsModuleOptions,
} from '../src';
import { endings, startApplication, type LiveApplication } from './support/live-application';
import type { ManualClock } from '../src/testing';
import { RecordingLogger } from './support/recording-logger';

let application: LiveApplication;
let tracker: ExecutionTracker;
let clock: ManualClock;
let logger: RecordingLogger;

async function start(options: MetricsModuleOptions = {}, providers: (new () => unknown)[] = []): Promise<void> {
  logger = new RecordingLogger();
  application = await startApplication({ options, logger, providers });
  clock = application.clock;
  tracker = application.module.get(ExecutionTracker);
}

beforeEach(() => start());
afterEach(() => application.module.close());

/** The handle of the execution in which it is called. */
function current(): ExecutionHandle {
  const handle = currentExecution();
  if (handle === undefined) throw new Error('no execution runs here');
  return handle;
}

const history = () => application.collector.getHistory();
const running = () => application.collector.getRunning();
const ended = () => endings(application.collector).map(({ status, durationMs }) => [status, durationMs]);

describe('ExecutionTracker.start', () => {
  it('begins an agent that runs until its handle ends it', () => {
    const handle = tracker.start({ kind: 'agent', id: 'caller', name: 'Caller' });
    clock.advance(250);

    expect(running()).toMatchObject([{ id: handle.id, kind: 'agent', agentId: 'caller', ageSeconds: 0.25 }]);
    handle.end();

    expect(history()).toMatchObject([{ id: handle.id, requestId: handle.id, status: 'success', durationMs: 250 }]);
    expect(application.collector.getAgentMetrics('caller')).toMatchObject({ agentName: 'Caller', inProgress: 0 });
    expect(application.collector.getSystemMetrics()).toMatchObject({ totalRequests: 1, requestsInProgress: 0 });
  });

  it.each(['success', 'error', 'timeout', 'cancelled'] as const)('ends with the status %s', (status) => {
    tracker.start({ kind: 'tool', name: 'browser' }).end(status);

    expect(history()).toMatchObject([{ kind: 'tool', toolName: 'browser', agentId: undefined, status }]);
  });

  it('ends once', () => {
    const handle = tracker.start({ kind: 'tool', name: 'browser' });

    handle.end('cancelled');
    clock.advance(10);
    handle.end('success');

    expect(ended()).toEqual([['cancelled', 0]]);
  });

  it('ends as an error with an unknown status, which is logged once', () => {
    for (let call = 0; call < 2; call += 1) {
      tracker.start({ kind: 'tool', name: 'browser' }).end('failed' as ExecutionStatus);
    }

    expect(ended()).toEqual([
      ['error', 0],
      ['error', 0],
    ]);
    expect(logger.warnings).toEqual([expect.stringContaining('unknown status')]);
  });

  it('makes what runs in its handle a part of it, and nothing else', () => {
    const handle = tracker.start({ kind: 'agent', id: 'caller' });

    const answer = handle.run(() => tracker.trackTool('inside', () => current().parent?.id));
    tracker.trackTool('outside', () => {});

    expect(answer).toBe(handle.id);
    expect(currentExecution()).toBeUndefined();
    expect(history()).toMatchObject([
      { toolName: 'outside', agentId: undefined, parentId: undefined },
      { toolName: 'inside', agentId: 'caller', parentId: handle.id, requestId: handle.id },
    ]);
  });

  it('begins within the execution that runs', () => {
    tracker.trackAgent('outer', () => tracker.start({ kind: 'agent', id: 'inner' }).end());

    const [outer, inner] = history();
    expect(inner).toMatchObject({ agentId: 'inner', parentId: outer!.id, requestId: outer!.id });
    expect(application.collector.getSystemMetrics().totalRequests).toBe(1);
  });

  it('begins within the parent that it is given, also one that has ended', () => {
    const parent = tracker.start({ kind: 'agent', id: 'caller' });
    parent.end();

    tracker.trackAgent('another', () => tracker.start({ kind: 'tool', name: 'late', parent }).end());

    expect(history()[1]).toMatchObject({ toolName: 'late', agentId: 'caller', parentId: parent.id });
  });

  it('leaves a parent of another application alone', async () => {
    const other = await startApplication();
    const parent = other.module.get(ExecutionTracker).start({ kind: 'agent', id: 'foreign' });

    tracker.start({ kind: 'tool', name: 'own', parent }).end();

    expect(history()).toMatchObject([{ toolName: 'own', agentId: undefined, parentId: undefined }]);
    await other.module.close();
  });

  it('counts a tool under the agent that it names', () => {
    tracker.start({ kind: 'tool', name: 'browser', agent: 'scout' }).end();

    expect(application.collector.getAgentMetrics('scout')?.toolMetrics.browser?.executionCount).toBe(1);
  });

  it('is cancelled with the application, and its signal aborts', async () => {
    const handle = tracker.start({ kind: 'agent', id: 'caller' });
    const { signal } = handle;

    await application.module.close();
    handle.end('success');

    expect(ended()).toEqual([['cancelled', 0]]);
    expect(signal.reason).toMatchObject({ name: 'AbortError' });
  });

  it('gives a handle that does nothing when the application has closed', async () => {
    await application.module.close();

    const handle = tracker.start({ kind: 'agent', id: 'late' });

    expect(handle).toMatchObject({ kind: 'agent', name: 'late', parent: undefined });
    expect(handle.signal.aborted).toBe(false);
    expect(handle.run(() => 'ran')).toBe('ran');
    handle.pause()();
    handle.defer()();
    handle.recordRetry();
    handle.fail(new Error());
    handle.end();
    expect(history()).toEqual([]);
  });

  it('ends a handle whose deferral is done', () => {
    const handle = tracker.start({ kind: 'tool', name: 'browser' });
    const done = handle.defer();
    clock.advance(40);

    done();

    expect(ended()).toEqual([['success', 40]]);
  });
});

describe('currentExecution', () => {
  it('is the innermost execution, with those around it', () => {
    const seen = tracker.trackAgent('outer', () => tracker.trackTool('inner', () => current()));

    expect(seen).toMatchObject({ kind: 'tool', name: 'inner', id: history()[1]!.id });
    expect(history()[0]!.id).toBe(history()[1]!.parentId);
  });

  it('is undefined outside any', () => {
    expect(currentExecution()).toBeUndefined();
  });

  it('follows what the execution awaits', async () => {
    const names = await tracker.trackAgent('outer', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const inner = await tracker.trackTool('inner', async () => {
        await Promise.resolve();
        return current().name;
      });
      return [inner, current().name];
    });

    expect(names).toEqual(['inner', 'outer']);
  });

  it('can be taken elsewhere: run belongs to it whoever calls', async () => {
    let release: (value: ExecutionHandle) => void = () => {};
    const taken = new Promise<ExecutionHandle>((resolve) => (release = resolve));
    const agent = tracker.trackAgent('taken', () => {
      release(current());
      return new Promise<void>((resolve) => setImmediate(resolve));
    });

    (await taken).run(() => tracker.trackTool('from outside', () => {}));
    await agent;

    expect(history()[1]).toMatchObject({ toolName: 'from outside', agentId: 'taken' });
  });

  describe('recordRetry', () => {
    it('counts attempts of this execution until it has ended', () => {
      const handle = tracker.trackTool('flaky', () => {
        current().recordRetry();
        current().recordRetry();
        return current();
      });
      handle.recordRetry();

      expect(history()).toMatchObject([{ toolName: 'flaky', retries: 2 }]);
      expect(application.collector.getToolMetrics('flaky')?.retryCount).toBe(2);
    });
  });

  describe('fail', () => {
    it('is the outcome, whatever is returned', async () => {
      const answer = await tracker.trackAgent('polite', async () => {
        current().fail(new RangeError('no'));
        return 'I could not do it.';
      });

      expect(answer).toBe('I could not do it.');
      expect(history()).toMatchObject([{ status: 'error', errorType: 'RangeError' }]);
    });

    it('is the outcome, whatever is thrown later, and the first one counts', () => {
      const run = () =>
        tracker.trackTool('failing', () => {
          current().fail(new DOMException('slow', 'TimeoutError'));
          current().fail(new TypeError());
          throw new RangeError('thrown');
        });

      expect(run).toThrow('thrown');
      expect(history()).toMatchObject([{ status: 'timeout', errorType: 'TimeoutError' }]);
    });

    it('changes nothing after the end', () => {
      const handle = tracker.trackTool('done', () => current());

      handle.fail(new Error());

      expect(ended()).toEqual([['success', 0]]);
    });

    it.each<[what: string, run: () => unknown]>([
      ['a generator', () => [...tracker.trackTool('stream', () => failingWithin())]],
      ['an Observable', () => lastValueFrom(tracker.trackTool('stream', () => from(failingWithin())))],
    ])('is the outcome of %s that reads a stream whose failure it swallows', async (_what, run) => {
      await run();

      expect(history()).toMatchObject([{ status: 'error', errorType: 'TypeError', chunks: 1 }]);
    });

    function* failingWithin() {
      yield 'all is well';
      current().fail(new TypeError('it was not'));
    }
  });

  describe('defer', () => {
    it('keeps the execution open after its function has returned', () => {
      const done = tracker.trackTool('callback', () => current().defer());
      clock.advance(500);
      expect(running()).toHaveLength(1);

      done();

      expect(ended()).toEqual([['success', 500]]);
      expect(running()).toEqual([]);
    });

    it.each<[what: string, error: unknown, status: ExecutionStatus]>([
      ['an error', new RangeError(), 'error'],
      ['a timeout', new DOMException('slow', 'TimeoutError'), 'timeout'],
      ['an abort', new DOMException('stop', 'AbortError'), 'cancelled'],
      ['null, as callbacks of Node do', null, 'success'],
      ['nothing', undefined, 'success'],
    ])('ends with what it is called with: %s', (_what, error, status) => {
      tracker.trackTool('callback', () => current().defer())(error);

      expect(ended()).toEqual([[status, 0]]);
    });

    it('waits for every deferral, and counts each once', () => {
      const [first, second] = tracker.trackTool('callbacks', () => [current().defer(), current().defer()]);

      first();
      first();
      clock.advance(30);
      expect(running()).toHaveLength(1);
      second();

      expect(ended()).toEqual([['success', 30]]);
    });

    it('waits for the function where the deferral is done first', async () => {
      await expect(
        tracker.trackTool('eager', async () => {
          current().defer()();
          await Promise.resolve();
          clock.advance(20);
          throw new RangeError();
        }),
      ).rejects.toThrow(RangeError);

      expect(ended()).toEqual([['error', 20]]);
    });

    it('does not wait where the function throws', () => {
      expect(() =>
        tracker.trackTool('throwing', () => {
          current().defer();
          throw new RangeError();
        }),
      ).toThrow(RangeError);

      expect(ended()).toEqual([['error', 0]]);
    });

    it.each<[what: string, read: (body: () => Iterable<string>) => unknown]>([
      ['a generator', (body) => [...tracker.trackTool('stream', body)]],
      ['an Observable', (body) => lastValueFrom(tracker.trackTool('stream', () => from(body())))],
      ['a Readable', (body) => closed(tracker.trackTool('stream', () => Readable.from([...body()])).resume())],
      ['a web stream', (body) => readAll(tracker.trackTool('stream', () => webStreamOf(body())))],
    ])('keeps %s open after it has been read', async (_what, read) => {
      let done: () => void = () => {};

      await read(function* () {
        done = current().defer();
        yield* ['a', 'b'];
      });
      clock.advance(60);
      expect(ended()).toEqual([]);
      done();

      expect(ended()).toEqual([['success', 60]]);
    });

    const closed = (stream: Readable) => new Promise((resolve) => stream.once('close', resolve));
    const readAll = (stream: ReadableStream) => new Response(stream.pipeThrough(new TextEncoderStream())).text();
    const webStreamOf = (chunks: Iterable<string>) =>
      new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      });

    it('is cancelled with the application where it is never done', async () => {
      tracker.trackTool('forgotten', () => current().defer());
      clock.advance(70);

      await application.module.close();

      expect(ended()).toEqual([['cancelled', 70]]);
    });
  });

  describe('pause', () => {
    it('stops the clock until it is resumed', async () => {
      await tracker.trackAgent('patient', async () => {
        clock.advance(10);
        const resume = current().pause();
        clock.advance(86_400_000);
        resume();
        resume();
        clock.advance(5);
      });

      expect(ended()).toEqual([['success', 15]]);
    });

    it('lasts until the last of several is resumed', () => {
      tracker.trackAgent('patient', () => {
        const [first, second] = [current().pause(), current().pause()];
        clock.advance(100);
        first();
        clock.advance(100);
        second();
        clock.advance(1);
      });

      expect(ended()).toEqual([['success', 1]]);
    });

    it('is no part of what begins in the middle of it, before that', () => {
      let resume = () => {};
      const source = tracker.trackAgent('a', () => {
        resume = current().pause();
        return new RxSubject<string>();
      });
      clock.advance(1_000);
      const begun = clock.wallTime();
      source.subscribe();
      clock.advance(100);
      resume();
      clock.advance(50);
      source.complete();
      expect(ended()).toEqual([['success', 50]]);
      expect(history()[0]?.startTime.getTime()).toBe(begun);
    });

    it('lasts to the end where it is never resumed', () => {
      tracker.trackAgent('patient', () => {
        clock.advance(3);
        current().pause();
        clock.advance(100);
      });

      expect(ended()).toEqual([['success', 3]]);
    });
  });

  describe('signal', () => {
    it('aborts when the consumer of a stream stops', () => {
      let signal: AbortSignal | undefined;
      const generator = tracker.trackTool('stream', function* () {
        ({ signal } = current());
        yield* [1, 2];
      });
      generator.next();
      expect(signal?.aborted).toBe(false);

      generator.return(undefined);

      expect(signal?.reason).toMatchObject({ name: 'AbortError' });
    });

    it('has aborted where it is asked for only then', () => {
      const handles: ExecutionHandle[] = [];
      const generator = tracker.trackTool('stream', function* () {
        handles.push(current());
        yield* [1, 2];
      });
      generator.next();
      generator.return(undefined);

      expect(handles[0]!.signal.aborted).toBe(true);
    });

    it('does not abort at a success', () => {
      const { signal } = tracker.trackTool('fine', () => ({ signal: current().signal }));

      expect(signal.aborted).toBe(false);
    });

    it('aborts when the application closes', async () => {
      let signal: AbortSignal | undefined;
      void tracker.trackAgent('endless', () => {
        ({ signal } = current());
        return new Promise(() => {});
      });

      await application.module.close();

      expect(signal?.aborted).toBe(true);
      expect(ended()).toEqual([['cancelled', 0]]);
    });
  });
});

describe('until', () => {
  class SdkResult {
    readonly chunks = new RxSubject<string>();
    settle: (error?: Error) => void = () => {};
    readonly finished = new Promise<void>((resolve, reject) => {
      this.settle = (error) => (error ? reject(error) : resolve());
    });
    readonly textStream = Readable.from(['a', 'b']);
  }

  const followed = (until: AgentOptions['until'], result = new SdkResult()) => ({
    result,
    returned: tracker.trackAgent({ id: 'writer', until }, () => result),
  });

  const tick = () => new Promise((resolve) => setImmediate(resolve));

  it('follows a promise of the result, which the caller gets as it is', async () => {
    const { result, returned } = followed((sdk: SdkResult) => sdk.finished);
    clock.advance(90);
    result.settle();
    await tick();

    expect(returned).toBe(result);
    expect(ended()).toEqual([['success', 90]]);
  });

  it('ends with the rejection of the promise', async () => {
    const { result } = followed((sdk: SdkResult) => sdk.finished);
    result.settle(new RangeError());
    await tick();

    expect(history()).toMatchObject([{ status: 'error', errorType: 'RangeError' }]);
  });

  it('follows a result that has to be awaited', async () => {
    const result = new SdkResult();
    const returned = tracker.trackTool({ name: 'sdk', until: (sdk: SdkResult) => sdk.finished }, async () => result);
    expect(await returned).toBe(result);
    clock.advance(15);
    result.settle();
    await tick();

    expect(ended()).toEqual([['success', 15]]);
  });

  it('follows a stream of the result while the caller reads it', async () => {
    const { returned } = followed((sdk: SdkResult) => sdk.textStream);
    clock.advance(25);
    expect(await returned.textStream.toArray()).toEqual(['a', 'b']);

    expect(history()).toMatchObject([{ status: 'success', durationMs: 25, chunks: 2, timeToFirstChunkSeconds: 0.025 }]);
  });

  it('follows an Observable of the result', () => {
    const { result } = followed((sdk: SdkResult) => sdk.chunks);
    clock.advance(5);
    result.chunks.next('a');
    clock.advance(5);
    result.chunks.complete();

    expect(history()).toMatchObject([{ status: 'success', durationMs: 10, chunks: 1, timeToFirstChunkSeconds: 0.005 }]);
  });

  it('comes before what the result itself is', async () => {
    const result = Object.assign(Readable.from(['x']), { finished: Promise.resolve() });
    tracker.trackAgent({ id: 'writer', until: ({ finished }: typeof result) => finished }, () => result);
    await tick();

    expect(history()).toMatchObject([{ status: 'success', chunks: 0 }]);
  });

  const throwing = () => {
    throw new Error('a fault in the option');
  };

  it.each<[does: string, until: () => unknown, logged: RegExp[]]>([
    ['finds nothing', () => undefined, []],
    ['throws', throwing, [/failed at "until"/]],
    ['returns what is neither a promise nor a stream', () => 'soon', [/"until" returned neither/]],
  ])('that %s leaves the call at its end', (_does, until, logged) => {
    followed(until);
    followed(until);

    expect(ended()).toEqual([
      ['success', 0],
      ['success', 0],
    ]);
    expect([...logger.warnings, ...logger.errors]).toEqual(
      logged.map((message) => expect.stringMatching(message) as unknown),
    );
  });

  it('is an option of the decorators', async () => {
    @Injectable()
    class Writer {
      @TrackAgent({ id: 'writer', until: (sdk: SdkResult) => sdk.finished })
      write() {
        return this.call();
      }

      @TrackTool({ name: 'sdk', until: (sdk: SdkResult) => sdk.finished })
      call() {
        return new SdkResult();
      }
    }
    await application.module.close();
    await start({}, [Writer]);

    application.module.get(Writer).write().settle();
    await tick();

    expect(history()).toMatchObject([{ agentId: 'writer' }, { toolName: 'sdk' }]);
  });
});

describe('firstChunk', () => {
  const read = (firstChunk: AgentOptions['firstChunk']) => {
    const stream = tracker.trackAgent({ id: 'talker', firstChunk }, function* () {
      for (const chunk of ['', '', 'text', '']) {
        clock.advance(10);
        yield chunk;
      }
    });
    return [...stream];
  };

  it('says which chunk is the first that counts, and is asked no further', () => {
    const firstChunk = jest.fn((chunk: string) => chunk !== '');

    read(firstChunk);

    expect(history()).toMatchObject([{ chunks: 4, timeToFirstChunkSeconds: 0.03 }]);
    expect(firstChunk.mock.calls).toEqual([[''], [''], ['text']]);
  });

  it('may find none', () => {
    read(() => false);

    expect(history()).toMatchObject([{ chunks: 4, timeToFirstChunkSeconds: undefined }]);
  });

  it('that throws leaves it at the first chunk, and is logged once', () => {
    const throwing = () => {
      throw new Error('a fault in the option');
    };

    expect(read(throwing)).toEqual(read(throwing));

    expect(history().map((execution) => execution.timeToFirstChunkSeconds)).toEqual([0.01, 0.01]);
    expect(logger.errors).toEqual([expect.stringMatching(/failed at "firstChunk"/)]);
  });
});

describe('with asyncContext: false', () => {
  it('counts every call under what its decorator says, without an AsyncLocalStorage', async () => {
    await application.module.close();
    await start({ asyncContext: false });
    const run = jest.spyOn(AsyncLocalStorage.prototype, 'run');

    const seen = await tracker.trackAgent('outer', async () => {
      tracker.trackAgent('inner', () => {});
      tracker.trackTool('free', () => {});
      tracker.trackTool({ name: 'named', agent: 'outer' }, () => {});
      await lastValueFrom(tracker.trackTool('stream', () => from([1, 2])));
      return currentExecution();
    });

    expect(seen).toBeUndefined();
    expect(run).not.toHaveBeenCalled();
    expect(history().map(({ agentId, toolName, parentId }) => [agentId, toolName, parentId])).toEqual([
      ['outer', undefined, undefined],
      [undefined, 'stream', undefined],
      ['outer', 'named', undefined],
      [undefined, 'free', undefined],
      ['inner', undefined, undefined],
    ]);
    expect(application.collector.getSystemMetrics().totalRequests).toBe(2);
    run.mockRestore();
  });
});

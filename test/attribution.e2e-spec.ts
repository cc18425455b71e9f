import { Readable } from 'node:stream';
import { concat, from, lastValueFrom, map, mergeMap, Observable, of, tap } from 'rxjs';
import { ExecutionTracker, trackedAgent, trackedTool } from '../src';
import { startApplication, type LiveApplication } from './support/live-application';

let application: LiveApplication;
let neighbour: LiveApplication;
let tracker: ExecutionTracker;

beforeEach(async () => {
  application = await startApplication();
  neighbour = await startApplication();
  tracker = application.module.get(ExecutionTracker);
});

afterEach(async () => {
  await application.module.close();
  await neighbour.module.close();
});

const tool = (name: string) => tracker.trackTool(name, () => {});
const tick = () => new Promise((resolve) => setImmediate(resolve));

/** Which agent each tool was counted under. */
const agentsOfTools = (): Record<string, string | undefined> =>
  Object.fromEntries(
    application.collector.getHistory({ kind: 'tool' }).map(({ toolName, agentId }) => [toolName!, agentId]),
  );

const agents = () => application.collector.getHistory({ kind: 'agent' });
const requests = () => application.collector.getSystemMetrics().totalRequests;

describe('a tool belongs to the agent that runs it', () => {
  it('in agents that run at the same time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `agent ${index}`);

    await Promise.all(
      names.map((name, index) =>
        tracker.trackAgent(name, async () => {
          for (let step = 0; step < 3; step += 1) {
            await (index % 2 ? tick() : Promise.resolve());
            await tracker.trackTool(`${name}, step ${step}`, tick);
          }
        }),
      ),
    );

    const steps = names.flatMap((name) => [0, 1, 2].map((step) => [`${name}, step ${step}`, name]));
    expect(agentsOfTools()).toEqual(Object.fromEntries(steps));
    expect(requests()).toBe(20);
  });

  it('in a generator whose next is called by another agent', async () => {
    const source = tracker.trackAgent('source', function* () {
      tool('in source, before');
      yield 1;
      tool('in source, after');
    });

    await tracker.trackAgent('reader', async () => {
      for (const chunk of source) {
        await Promise.resolve();
        tool(`in reader, ${chunk}`);
      }
    });

    expect(agentsOfTools()).toEqual({
      'in source, before': 'source',
      'in reader, 1': 'reader',
      'in source, after': 'source',
    });
  });

  it('in an async generator whose next is called outside any agent', async () => {
    const source = tracker.trackAgent('source', async function* () {
      yield 1;
      await tick();
      tool('in source');
      yield 2;
    });

    for await (const chunk of source) tool(`outside, ${chunk}`);

    expect(agentsOfTools()).toEqual({ 'in source': 'source', 'outside, 1': undefined, 'outside, 2': undefined });
  });

  it('in Observables that follow one another', async () => {
    const speak = (name: string) =>
      tracker.trackAgent(
        name,
        () =>
          new Observable<string>((subscriber) => {
            tool(`in ${name}`);
            subscriber.next(name);
            void tick().then(() => {
              tool(`in ${name}, later`);
              subscriber.complete();
            });
          }),
      );

    const conversation = concat(speak('first'), speak('second')).pipe(tap((name) => tool(`after ${name}`)));
    await lastValueFrom(conversation);

    expect(agentsOfTools()).toEqual({
      'in first': 'first',
      'after first': undefined,
      'in first, later': 'first',
      'in second': 'second',
      'after second': undefined,
      'in second, later': 'second',
    });
    expect(requests()).toBe(2);
  });

  it('in an Observable that an agent merges into its own', async () => {
    const inner = () => tracker.trackAgent('inner', () => of('x').pipe(tap(() => tool('in inner'))));
    const outer = tracker.trackAgent('outer', () =>
      of(1, 2).pipe(
        mergeMap(inner),
        map(() => tool('in outer')),
      ),
    );

    await lastValueFrom(outer);

    expect(agentsOfTools()).toEqual({ 'in inner': 'inner', 'in outer': 'outer' });
    expect(requests()).toBe(1);
  });

  it('in an Observable that is subscribed to again after its agent has ended', () => {
    const stream = tracker.trackAgent('owner', () =>
      tracker.trackTool('stream', () => new Observable((subscriber) => (tool('within'), subscriber.complete()))),
    );

    stream.subscribe();
    stream.subscribe();

    const [second, first] = agents();
    const streams = application.collector.getHistory({ toolName: 'stream' });
    expect(streams.map(({ agentId, parentId }) => [agentId, parentId])).toEqual([
      ['owner', second!.id],
      ['owner', first!.id],
    ]);
    expect(agentsOfTools()).toEqual({ stream: 'owner', within: 'owner' });
  });

  it('in a tool’s Observable that is subscribed to again after the agent has ended', () => {
    const streams: Observable<unknown>[] = [];
    tracker.trackAgent('owner', () => void streams.push(tracker.trackTool('stream', () => of(1))));

    streams[0]!.subscribe();
    streams[0]!.subscribe();

    const [owner] = agents();
    const executions = application.collector.getHistory({ toolName: 'stream' });
    expect(executions.map(({ agentId, parentId }) => [agentId, parentId])).toEqual([
      ['owner', owner!.id],
      ['owner', owner!.id],
    ]);
  });

  it('in a Readable, and its listeners are outside', async () => {
    const stream = tracker.trackAgent('source', () => {
      let left = 2;
      return new Readable({
        objectMode: true,
        read() {
          tool(`in source, ${left}`);
          setImmediate(() => this.push(left === 0 ? null : left--));
        },
      });
    });

    await tracker.trackAgent('reader', () => {
      stream.on('data', (chunk: number) => tool(`in reader, ${chunk}`));
      return new Promise((resolve) => stream.once('end', resolve));
    });

    expect(agentsOfTools()).toEqual({
      'in source, 2': 'source',
      'in source, 1': 'source',
      'in source, 0': 'source',
      'in reader, 2': 'reader',
      'in reader, 1': 'reader',
    });
  });

  it('in a web stream, and its reader is outside', async () => {
    const stream = tracker.trackAgent('source', () => {
      let left = 1;
      return new ReadableStream<number>(
        {
          async pull(controller) {
            await tick();
            tool(`in source, ${left}`);
            if (left === 0) controller.close();
            else controller.enqueue(left--);
          },
        },
        { highWaterMark: 0 },
      );
    });

    await tracker.trackAgent('reader', async () => {
      for await (const chunk of stream) tool(`in reader, ${chunk}`);
    });

    expect(agentsOfTools()).toEqual({ 'in source, 1': 'source', 'in source, 0': 'source', 'in reader, 1': 'reader' });
  });

  it('in a lazy thenable, and what awaits it is outside', async () => {
    const query = tracker.trackAgent('source', () => ({
      then(resolved: (value: string) => void) {
        tool('in source');
        resolved('rows');
      },
    }));

    await tracker.trackAgent('reader', async () => {
      tool(`in reader, ${await query}`);
    });

    expect(agentsOfTools()).toEqual({ 'in source': 'source', 'in reader, rows': 'reader' });
  });

  it('in each of several agents that read an iterable which a tool keeps', async () => {
    const kept: AsyncIterable<string> = {
      async *[Symbol.asyncIterator]() {
        yield 'news';
      },
    };
    const reading = (name: string) =>
      tracker.trackAgent(name, async () => {
        const news = tracker.trackTool('news', () => kept);
        await tick();
        for await (const item of news) expect(item).toBe('news');
      });

    await Promise.all([reading('first'), reading('second')]);

    const executions = application.collector.getHistory({ toolName: 'news' });
    expect(executions.map(({ agentId }) => agentId).sort()).toEqual(['first', 'second']);
  });

  it('in functions that are tracked where they stand', async () => {
    await neighbour.module.close();
    const search = trackedTool('search', async (text: string) => text);
    const research = trackedAgent('researcher', async (text: string) => search(text));

    expect(await research('question')).toBe('question');

    expect(agentsOfTools()).toEqual({ search: 'researcher' });
  });

  it('in the application that runs, where there are several', () => {
    const search = trackedTool('search', () => {});

    tracker.trackAgent('here', search);
    neighbour.module.get(ExecutionTracker).trackAgent('there', search);
    search();

    expect(agentsOfTools()).toEqual({ search: 'here' });
    expect(neighbour.collector.getHistory({ kind: 'tool' })).toMatchObject([{ toolName: 'search', agentId: 'there' }]);
  });

  it('in an application that is called from the other', () => {
    const foreign = neighbour.module.get(ExecutionTracker);

    tracker.trackAgent('here', () => foreign.trackTool('foreign', () => tool('back')));

    expect(neighbour.collector.getHistory()).toMatchObject([{ toolName: 'foreign', agentId: undefined }]);
    expect(agentsOfTools()).toEqual({ back: undefined });
  });
});

describe('an agent within an agent', () => {
  it('is no request of its own, however deep it calls itself', async () => {
    const research = (depth: number): Promise<void> =>
      tracker.trackAgent('researcher', async () => {
        await tick();
        tool(`depth ${depth}`);
        if (depth < 4) await Promise.all([research(depth + 1), research(depth + 2)]);
      });

    await research(0);

    const ids = new Map(agents().map((execution) => [execution.id, execution]));
    const outermost = agents().filter(({ parentId }) => parentId === undefined);
    expect(outermost).toHaveLength(1);
    expect(agents().every(({ parentId }) => parentId === undefined || ids.has(parentId))).toBe(true);
    expect(new Set(agents().map(({ requestId }) => requestId))).toEqual(new Set([outermost[0]!.id]));
    expect(requests()).toBe(1);
  });
});

describe('detached work', () => {
  it('belongs to the agent that began it, after that has ended', async () => {
    let finished: Promise<unknown> = Promise.resolve();
    tracker.trackAgent('owner', () => {
      finished = tick().then(() => tool('late'));
    });

    await finished;

    const [late, owner] = application.collector.getHistory();
    expect(late).toMatchObject({ toolName: 'late', agentId: 'owner', parentId: owner!.id });
  });

  it('makes a request of an agent that begins when every agent around it has ended', async () => {
    let finished: Promise<unknown> = Promise.resolve();
    tracker.trackAgent('first', () => {
      finished = tick().then(() => tracker.trackAgent('second', () => {}));
    });

    await finished;

    const [second, first] = agents();
    expect(second).toMatchObject({ agentId: 'second', parentId: first!.id, requestId: second!.id });
    expect(requests()).toBe(2);
  });

  it('makes no request of an agent that begins while one further out still runs', async () => {
    await tracker.trackAgent('outer', async () => {
      let finished: Promise<unknown> = Promise.resolve();
      tracker.trackAgent('first', () => {
        finished = tick().then(() => tracker.trackAgent('second', () => {}));
      });
      await finished;
    });

    expect(agents().map(({ agentId }) => agentId)).toEqual(['outer', 'second', 'first']);
    expect(requests()).toBe(1);
  });

  it('of a stream that is read where another agent runs stays with its own', async () => {
    const chunks = tracker.trackAgent('owner', () => tracker.trackTool('stream', () => from([1, 2])));

    await tracker.trackAgent('reader', () => lastValueFrom(chunks));

    expect(agentsOfTools()).toEqual({ stream: 'owner' });
  });
});

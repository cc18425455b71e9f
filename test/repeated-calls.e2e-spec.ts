import { runInNewContext } from 'node:vm';
import { tool } from '@langchain/core/tools';
import { RunContext } from '@openai/agents';
import * as fc from 'fast-check';
import { lastValueFrom, Observable } from 'rxjs';
import { z } from 'zod';
import {
  currentExecution,
  startExecution,
  trackedAgent,
  trackedTool,
  type ExecutionHandle,
  type MetricsRootOptions,
} from '../src';
import { CollectionApp } from './support/collection-app';
import { collectGarbageUntil } from './support/garbage-collector';

let app: CollectionApp;

const start = async (options: MetricsRootOptions = {}) => {
  app = await CollectionApp.start({ measureRepeats: true, ...options });
};

beforeEach(() => start());

const search = trackedTool('search', (...args: unknown[]) => args.length);
const fetchPage = trackedTool('fetch', async (...args: unknown[]) => args.length);

/** Runs an agent; how many of its calls were repeated. */
async function repeatsIn(run: () => unknown): Promise<number | undefined> {
  await app.tracker.trackAgent('crew', async () => void (await run()));
  return app.metrics.getHistory({ kind: 'agent', limit: 1 })[0]!.repeatedCalls;
}

/** The same where it calls one tool, with these arguments one after the other. */
const repeatsOf = (...calls: unknown[][]) => repeatsIn(() => calls.forEach((args) => search(...args)));

/** Of each agent and tool, as Prometheus sees it. */
const repeatedCalls = async () =>
  (await app.samples())
    .all('crew_tool_repeated_calls_total')
    .map(({ labels, value }) => [labels['agent'], labels['tool'], value]);

describe('Calls that an agent repeats', () => {
  it('are those of the same name with equal arguments within one execution', async () => {
    expect(await repeatsOf(['a'], ['b'], ['a'], ['a'], ['c'])).toBe(2);
    expect(await repeatsOf(['a'], ['b'])).toBe(0);
    expect(await repeatsIn(() => [search('a'), fetchPage('a')])).toBe(0);
    expect(await repeatedCalls()).toEqual([
      ['crew', 'search', 2],
      ['crew', 'fetch', 0],
    ]);
    expect(app.metrics.getRepeatedCalls('crew')).toEqual(new Map([['search', 2]]));
    expect(app.metrics.getRepeatedCalls('nobody')).toEqual(new Map());
  });

  it('stand with each execution of the agent, between its model calls and its pauses, and with its request', async () => {
    await repeatsOf(['a'], ['a']);
    const { executions } = (await (await app.fetch('/metrics/history?kind=agent')).json()) as { executions: object[] };
    expect(Object.entries(executions[0]!).slice(-3)).toEqual([
      ['model_calls', 0],
      ['repeated_calls', 1],
      ['paused_seconds', 0],
    ]);
    const { requests } = (await (await app.fetch('/metrics/requests')).json()) as { requests: object[] };
    expect(requests).toMatchObject([{ repeated_calls: 1 }]);
    expect(app.metrics.getHistory({ kind: 'tool' }).map((tool) => tool.repeatedCalls)).toEqual([undefined, undefined]);
  });

  it('are in the JSON document by agent and tool, where there are any', async () => {
    await repeatsOf(['a'], ['b']);
    expect(await app.json()).not.toHaveProperty('repeated_calls');
    await repeatsIn(() => [search('a'), search('a'), search('a'), fetchPage('a')]);
    expect(await app.json()).toMatchObject({ repeated_calls: { crew: { search: 2 } } });
  });

  it('are 0 of an agent that calls nothing, and unknown of one that was recorded', async () => {
    expect(await repeatsIn(() => {})).toBe(0);
    app.metrics.recordAgentExecution({ agentId: 'told', durationMs: 1, status: 'success' });
    expect(app.metrics.getHistory({ agentId: 'told' })).toMatchObject([{ repeatedCalls: undefined }]);
  });

  it('reach whoever listens to executions', async () => {
    const heard: unknown[] = [];
    await start({ onExecution: ({ kind, repeatedCalls: repeats }) => heard.push([kind, repeats]) });
    await repeatsOf(['a'], ['a']);
    expect(heard).toEqual([
      ['tool', undefined],
      ['tool', undefined],
      ['agent', 1],
    ]);
  });

  it('count however they end', async () => {
    const failing = trackedTool('failing', async () => {
      throw new Error('no');
    });
    const tries = () => [failing(), failing(), failing()].map((call) => call.catch(() => {}));
    expect(await repeatsIn(() => Promise.all(tries()))).toBe(2);
  });

  it('count where a limit refuses them', async () => {
    await start({ timeouts: { sequenceMs: 100 } });
    const slow = trackedTool('slow', (key: string) => void app.clock.advance(key === '' ? 0 : 100));
    expect(
      await repeatsIn(() => {
        slow('a');
        expect(() => slow('a')).toThrow('together');
      }),
    ).toBe(1);
  });
});

describe('The agent whose calls are compared', () => {
  it('is the nearest: one inside another repeats nothing that the other has called', async () => {
    const helper = trackedAgent('helper', () => [search('a'), search('b'), search('b')]);
    expect(await repeatsIn(() => [search('a'), helper()])).toBe(0);
    expect(app.metrics.getHistory({ agentId: 'helper', kind: 'agent' })).toMatchObject([{ repeatedCalls: 1 }]);
    expect(await repeatedCalls()).toEqual([
      ['crew', 'search', 0],
      ['helper', 'search', 1],
    ]);
  });

  it('is the same for tools inside tools', async () => {
    const outer = trackedTool('outer', () => search('a'));
    expect(await repeatsIn(() => [search('a'), outer()])).toBe(1);
  });

  it('is another for each of those that run at once', async () => {
    const gates: (() => void)[] = [];
    const runs = ['a', 'a', 'b'].map((query) =>
      app.tracker.trackAgent('crew', async () => {
        search(query);
        await new Promise<void>((open) => gates.push(open));
        search('b');
      }),
    );
    gates.forEach((open) => open());
    await Promise.all(runs);
    const repeats = app.metrics.getHistory({ kind: 'agent' }).map((agent) => agent.repeatedCalls);
    expect(repeats.sort()).toEqual([0, 0, 1]);
  });

  it('is none for what runs outside any, and for work that outlives it', async () => {
    search('a');
    search('a');
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    let late: Promise<unknown> | undefined;
    expect(
      await repeatsIn(() => {
        search('a');
        late = gate.then(() => [search('a'), search('a')]);
      }),
    ).toBe(0);
    open();
    await late;
    expect(await repeatedCalls()).toEqual([
      ['crew', 'search', 0],
      ['', 'search', 0],
    ]);
  });
});

describe('A call that is made only once somebody reads it', () => {
  const list = trackedTool('list', function* (query: string) {
    yield query;
  });
  const watch = trackedTool(
    'watch',
    (query: string) =>
      new Observable<string>((subscriber) => {
        subscriber.next(query);
        subscriber.complete();
      }),
  );

  it('is no repeat before that', async () => {
    expect(await repeatsIn(() => [list('a'), list('a'), watch('a'), watch('a')])).toBe(0);
    expect(await repeatsIn(() => [list('a'), [...list('a')]])).toBe(0);
    expect(await repeatsIn(async () => [watch('a'), await lastValueFrom(watch('a'))])).toBe(0);
  });

  it('is one where it has been made before', async () => {
    expect(await repeatsIn(() => [[...list('a')], [...list('a')]])).toBe(1);
    expect(await repeatsIn(async () => [await lastValueFrom(watch('a')), await lastValueFrom(watch('a'))])).toBe(1);
  });

  it('is made again by whoever subscribes again', async () => {
    expect(
      await repeatsIn(async () => {
        const watched = watch('a');
        await lastValueFrom(watched);
        await lastValueFrom(watched);
        await lastValueFrom(watched);
      }),
    ).toBe(2);
    expect(app.metrics.getRepeatedCalls('crew')).toEqual(new Map([['watch', 2]]));
  });
});

describe('A call that is seen twice', () => {
  const begun = (fn: () => void) => {
    const handle = startExecution({ kind: 'tool', name: 'search' });
    handle.run(fn);
    handle.end();
  };

  it('is one: the function inside tells what the handle does not know', async () => {
    const seen = [() => begun(() => search('a')), () => begun(() => search('a')), () => begun(() => search('b'))];
    expect(await repeatsIn(() => seen.forEach((call) => call()))).toBe(1);
    expect(app.metrics.getToolMetrics('search')).toMatchObject({ executionCount: 3 });
    expect(await repeatedCalls()).toEqual([['crew', 'search', 1]]);
  });

  it('repeats nothing by being tried again inside', async () => {
    expect(await repeatsIn(() => begun(() => [search('a'), search('a')]))).toBe(0);
  });

  it('is compared with nothing where nobody says what it is given', async () => {
    expect(await repeatsIn(() => [begun(() => {}), begun(() => {})])).toBe(0);
    const piece = () => app.tracker.trackTool('piece', () => {});
    app.metrics.recordToolExecution({ toolName: 'told', durationMs: 1, status: 'success' });
    expect(await repeatsIn(() => [piece(), piece()])).toBe(0);
  });
});

class Query {
  constructor(
    readonly text: string,
    readonly limit?: number,
  ) {}
}

class Hidden {
  #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  get text() {
    return this.#text;
  }
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const cyclic = () => {
  const node: Record<string, unknown> = { name: 'a' };
  node['self'] = [node];
  return node;
};
const nested = (levels: number): unknown => (levels === 0 ? [] : [nested(levels - 1)]);

describe('Arguments are equal', () => {
  it.each<[what: string, one: unknown[], other: unknown[]]>([
    ['with keys in another order', [{ a: 1, b: { c: 2, d: 3 } }], [{ b: { d: 3, c: 2 }, a: 1 }]],
    ['with members that are undefined', [{ a: 1, b: undefined }], [{ a: 1 }]],
    ['with undefined in a list', [[1, undefined]], [[1, null]]],
    ['without the last ones, where those are undefined', ['a', undefined, undefined], ['a']],
    ['where there are none', [], []],
    ['with a negative zero', [-0, [-0]], [0, [0]]],
    ['that are no numbers', [NaN, Infinity], [NaN, Infinity]],
    ['as bigints', [2n ** 70n], [2n ** 70n]],
    ['as dates, or as their text', [new Date(0)], ['1970-01-01T00:00:00.000Z']],
    ['as what their toJSON says', [new URL('https://a.b/c')], ['https://a.b/c']],
    ['as instances and as plain objects', [new Query('a', 1)], [{ limit: 1, text: 'a' }]],
    ['without a prototype', [Object.assign(Object.create(null) as object, { a: 1 })], [{ a: 1 }]],
    [
      'from another realm',
      [runInNewContext('({ a: [1, {}], b: new Map([[1, new Set([2])]]), c: new Date(0) })')],
      [{ a: [1, {}], b: new Map([[1, new Set([2])]]), c: new Date(0) }],
    ],
    ['as bytes, of a Buffer or a Uint8Array', [Buffer.from([1, 2])], [bytes(1, 2)]],
    ['as a part of a larger buffer', [bytes(0, 1, 2, 3).subarray(1, 3)], [bytes(1, 2)]],
    [
      'as Maps in another order',
      [
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ],
      [
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ],
    ],
    ['as Maps with objects for keys', [new Map([[{ a: 1, b: 2 }, 1]])], [new Map([[{ b: 2, a: 1 }, 1]])]],
    ['as Sets in another order', [new Set([1, '1', null])], [new Set([null, 1, '1'])]],
    [
      'with an own __proto__',
      [JSON.parse('{"__proto__":1}')] as unknown[],
      [JSON.parse('{"__proto__":1}')] as unknown[],
    ],
    ['with lone surrogates', ['\ud800'], ['\ud800']],
    ['with text of 60,000 characters', ['x'.repeat(60_000)], ['x'.repeat(60_000)]],
    ['with 9,000 values', [Array.from({ length: 9_000 }, () => 1)], [Array.from({ length: 9_000 }, () => 1)]],
    ['with a value that appears twice in them', [Array<unknown>(2).fill(bytes(1))], [[bytes(1), bytes(1)]]],
    ['with 90 levels', [nested(90)], [nested(90)]],
  ])('%s', async (_, one, other) => {
    expect(await repeatsOf(one, other)).toBe(1);
  });
});

describe('Arguments differ', () => {
  it.each<[what: string, one: unknown[], other: unknown[]]>([
    ['by a value', [{ a: 1 }], [{ a: 2 }]],
    ['by a key', [{ a: 1 }], [{ b: 1 }]],
    ['by the order of a list', [[1, 2]], [[2, 1]]],
    ['by their order', [1, 2], [2, 1]],
    ['by one that is null', ['a', null], ['a']],
    ['by a member that is null', [{ a: null }], [{}]],
    ['by where a list ends', [['a'], 'b'], [['a', 'b']]],
    ['by type: text and number', ['1'], [1]],
    ['by type: text and boolean', ['true'], [true]],
    ['by type: number and bigint', [1], [1n]],
    ['by type: bigint and text', [1n], ['1n']],
    ['by type: NaN and null', [NaN], [null]],
    ['by type: list and object', [[]], [{}]],
    ['by type: list and Set', [[1]], [new Set([1])]],
    ['by type: Set and Map', [new Set([[1, 2]])], [new Map([[1, 2]])]],
    ['by type: Map and object', [new Map([['a', 1]])], [{ a: 1 }]],
    ['by type: bytes and list', [bytes(1)], [[1]]],
    ['by type: bytes of another width', [bytes(1, 0)], [Uint16Array.of(1)]],
    ['by type: bytes and their buffer', [bytes(1)], [bytes(1).buffer]],
    ['by a letter in a long text', [`${'x'.repeat(50_000)}a`], [`${'x'.repeat(50_000)}b`]],
    ['by a sign that must be escaped', ['a","b'], ['a', 'b']],
  ])('%s', async (_, one, other) => {
    expect(await repeatsOf(one, other)).toBe(0);
  });

  it('where one is part of a name', async () => {
    const tool = trackedTool({ name: (name: string) => name }, (_name: string, text: string) => text);
    expect(await repeatsIn(() => [tool('a', 'b'), tool('a","b', '')])).toBe(0);
  });

  it('as they were when the tool was called', async () => {
    const query = { text: 'a' };
    const change = trackedTool('change', (given: { text: string }) => void (given.text += 'a'));
    expect(await repeatsIn(() => [change(query), change(query), change({ text: 'a' })])).toBe(1);
  });
});

describe('Arguments that cannot be looked at', () => {
  const throwing = () => {
    throw new Error('no');
  };
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };

  it.each<[what: string, argument: () => unknown]>([
    ['functions', () => () => 1],
    ['functions inside', () => ({ onProgress: throwing })],
    ['symbols', () => Symbol.iterator],
    ['what contains itself', cyclic],
    [
      'a Map that contains itself',
      () => {
        const map = new Map<string, unknown>();
        return map.set('self', map);
      },
    ],
    ['getters that throw', () => Object.defineProperty({}, 'a', { enumerable: true, get: throwing })],
    ['toJSON that throws', () => ({ toJSON: throwing })],
    ['proxies that throw', () => new Proxy({}, { get: throwing, ownKeys: throwing, getPrototypeOf: throwing })],
    ['revoked proxies', revoked],
    ['errors', () => new Error('a')],
    ['patterns', () => /a/],
    ['promises', () => Promise.resolve(1)],
    ['signals', () => AbortSignal.abort()],
    ['what keeps its state to itself', () => new Hidden('a')],
    ['text beyond 64 kB', () => 'x'.repeat(70_000)],
    ['text beyond 64 kB in all', () => Array.from({ length: 100 }, () => 'x'.repeat(700))],
    ['keys beyond 64 kB', () => ({ ['x'.repeat(70_000)]: 1 })],
    ['bytes beyond 64 kB', () => Buffer.alloc(60_000)],
    ['more than 10,000 values', () => Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 1))],
    ['a list without end', () => Array<unknown>(2 ** 32 - 1)],
    ['a Set of more than 10,000', () => new Set(Array.from({ length: 10_001 }, (_, i) => i))],
    ['an object of more than 10,000', () => Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, i]))],
    ['more than 100 levels', () => nested(101)],
    ['bigints beyond 64 kB', () => 1n << 300_000n],
  ])('equal nothing, themselves included: %s', async (_, argument) => {
    const given = argument();
    expect(await repeatsOf([given], [given])).toBe(0);
    expect(app.metrics.getToolMetrics('search')).toMatchObject({ successCount: 2 });
    expect(app.log).toMatchObject({ warnings: [], errors: [] });
  });

  it('take no more time than a large argument does', async () => {
    let reads = 0;
    const endless: object = new Proxy(
      {},
      {
        ownKeys: () => ['a', 'b', 'c'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: (_, key) => (typeof key === 'symbol' || key === 'toJSON' ? undefined : ((reads += 1), endless)),
      },
    );
    expect(await repeatsOf([endless])).toBe(0);
    expect(reads).toBeLessThanOrEqual(10_000);
  });

  it('do not stop others from being compared', async () => {
    expect(await repeatsOf(['a'], [cyclic()], ['a'])).toBe(1);
  });
});

describe('What an SDK adds to the input of a tool', () => {
  const query = { query: 'nest' };

  it('is no argument of it: LangChain', async () => {
    const langChainTool = tool(search, { name: 'search', schema: z.object({ query: z.string() }) });
    const call = (id: string) => ({ type: 'tool_call' as const, id, name: 'search', args: query });
    const { signal } = new AbortController();
    expect(
      await repeatsIn(async () => {
        await langChainTool.invoke(query);
        await langChainTool.invoke(call('1'), { signal });
        await langChainTool.invoke(call('2'), { signal });
      }),
    ).toBe(2);
  });

  it.each<[sdk: string, added: (id: string) => unknown[]]>([
    [
      'the AI SDK',
      (id) => [{ toolCallId: id, messages: [{ role: 'user', content: id }], abortSignal: AbortSignal.abort() }],
    ],
    ["OpenAI's Agents", (id) => [new RunContext(), { toolCall: { callId: id } }]],
    ['MCP', (id) => [{ requestId: id, signal: AbortSignal.abort(), sendNotification: () => {} }]],
  ])('is no argument of it: %s', async (_, added) => {
    expect(await repeatsOf([query, ...added('1')], [query, ...added('2')])).toBe(1);
    expect(await repeatsOf([query, ...added('1')], [{ query: 'next' }, ...added('2')])).toBe(0);
  });

  it('is one where it stands first, or before another', async () => {
    expect(await repeatsOf([{ toolCallId: '1' }], [{ toolCallId: '2' }])).toBe(0);
    expect(await repeatsOf([query, { toolCallId: '1' }, 'a'], [query, { toolCallId: '2' }, 'a'])).toBe(0);
  });
});

describe('What is remembered', () => {
  it('are the first 10,000 different calls of an execution', async () => {
    const numbers = Array.from({ length: 10_001 }, (_, i) => [i]);
    expect(await repeatsOf(...numbers, [0], [9_999], [10_000])).toBe(2);
  });

  it('tells apart as many calls without mistaking one for another', async () => {
    expect(await repeatsOf(...Array.from({ length: 10_000 }, (_, i) => [{ page: i, query: 'x' }]))).toBe(0);
  });

  it('takes no memory once the execution has ended, whoever keeps its handle', async () => {
    await start({ historySize: 0, requestHistory: false });
    const heapBytes = async () => {
      await collectGarbageUntil(() => false, 3);
      return process.memoryUsage().heapUsed;
    };
    const kept: (ExecutionHandle | undefined)[] = [];
    const runs = (times: number) =>
      app.tracker.trackAgent('crew', () => {
        kept.push(currentExecution());
        for (let i = 0; i < times; i += 1) search(i);
      });
    runs(1);
    const before = await heapBytes();
    for (let i = 0; i < 4; i += 1) runs(10_000);
    expect((await heapBytes()) - before).toBeLessThan(0.75e6);
    expect(kept).toHaveLength(5);
  });

  it('is gone with the execution', async () => {
    let kept: ExecutionHandle | undefined;
    await repeatsIn(() => {
      kept = currentExecution();
      search('a');
    });
    expect(await repeatsIn(() => kept!.run(() => search('a')))).toBe(0);
  });
});

describe('Any value of JSON', () => {
  /** With the keys of each object in the opposite order. */
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).reverse();
    return Object.fromEntries(entries.map(([key, member]) => [key, turned(member)]));
  };

  it('is repeated with its keys in another order, and by nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (one, other) => {
        const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(await repeatsOf([one], [turned(one)])).toBe(1);
        expect(await repeatsOf([one], [other])).toBe(isSame ? 1 : 0);
        expect(await repeatsOf([one], [[one]])).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return { entries: entries.map(([key, member]) => [key, sorted(member)]) };
  };
});

describe.each<[what: string, options: MetricsRootOptions]>([
  ['the option measureRepeats', { measureRepeats: false }],
  ['the async context', { asyncContext: false }],
])('Without %s', (_, options) => {
  it('nothing is looked at, and nothing is known', async () => {
    await start(options);
    let reads = 0;
    const argument = {
      get text() {
        return (reads += 1);
      },
    };
    expect(await repeatsIn(() => [search(argument), search(argument)])).toBeUndefined();
    expect(reads).toBe(0);
    expect(app.metrics.getRepeatedCalls('crew')).toBeUndefined();
    expect(await repeatedCalls()).toEqual([]);
    const { executions } = (await (await app.fetch('/metrics/history?kind=agent')).json()) as { executions: object[] };
    expect(executions).toMatchObject([{ repeated_calls: null }]);
  });
});

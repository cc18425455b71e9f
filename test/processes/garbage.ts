import { Readable } from 'node:stream';
import { queryObjects } from 'node:v8';
import { from, Subject } from 'rxjs';
import { currentExecution, ExecutionTracker, type MetricsModuleOptions } from '../../src';
import { Ledger } from '../../src/collection/ledger';
import { collectGarbageUntil } from '../support/garbage-collector';
import { endings, startApplication, type Ending, type LiveApplication } from '../support/live-application';

/** What is left in progress, and what has ended, when nothing more can be collected. */
export interface Remains {
  readonly before: number;
  readonly after: number;
  readonly ended: Ending[];
  readonly aborted?: boolean;
}

/** Chunks without an end. */
async function* endless() {
  for (let chunk = 0; ; chunk += 1) yield chunk;
}

const iterable = (): AsyncIterable<number> => ({ [Symbol.asyncIterator]: endless });
const readable = () => Readable.from(endless(), { highWaterMark: 1 });
const webStream = () =>
  new ReadableStream<number>({ pull: (controller) => controller.enqueue(1) }, { highWaterMark: 0 });

/** Uses of results; what they return is kept, everything else is dropped. */
const uses: Record<string, (tracker: ExecutionTracker) => Promise<unknown>> = {
  async 'a generator, read half-way'(tracker) {
    await tracker.trackAgent('lost', endless).next();
  },
  async 'an async iterable, read half-way'(tracker) {
    await tracker.trackAgent('lost', iterable)[Symbol.asyncIterator]().next();
  },
  async 'a web stream, read half-way'(tracker) {
    await tracker.trackAgent('lost', webStream).getReader().read();
  },
  async 'a Readable, read half-way'(tracker) {
    await tracker.trackAgent('lost', readable)[Symbol.asyncIterator]().next();
  },
  async 'a promised generator, never read'(tracker) {
    await tracker.trackAgent('lost', async () => endless());
  },
  async 'a promised iterable, never read'(tracker) {
    await tracker.trackAgent('lost', async () => iterable());
  },
  async 'a promised Observable, never read'(tracker) {
    await tracker.trackAgent('lost', async () => from([1]));
  },
  async 'a promised Readable, never read'(tracker) {
    await tracker.trackAgent('lost', async () => readable());
  },
  async 'a promised web stream, never read'(tracker) {
    await tracker.trackAgent('lost', async () => webStream());
  },
  async 'a subscription, whose Observable is dropped'(tracker) {
    const source = new Subject<number>();
    const observable = await tracker.trackAgent('kept', async () => source.asObservable());
    const seen: number[] = [];
    observable.subscribe((value) => seen.push(value));
    source.next(1);
    return source;
  },
  async 'an iterator, whose iterable is dropped'(tracker) {
    const iterator = (await tracker.trackAgent('kept', async () => iterable()))[Symbol.asyncIterator]();
    await iterator.next();
    return iterator;
  },
  async 'a reader, whose web stream is dropped'(tracker) {
    const reader = (await tracker.trackAgent('kept', async () => webStream())).getReader();
    await reader.read();
    return reader;
  },
};

async function inspect(use: (tracker: ExecutionTracker) => Promise<unknown>): Promise<Remains> {
  const { module, collector } = await startApplication();
  const running = () => collector.getRunning().length;
  const kept = [await use(module.get(ExecutionTracker))];
  const before = running();
  // What can be collected is gone after one round or two.
  await collectGarbageUntil(() => running() === 0, kept[0] === undefined ? 50 : 5);
  const remains = { before, after: running(), ended: endings(collector) };
  kept.length = 0;
  await module.close();
  return remains;
}

async function abortsItsSignal({ module, collector }: LiveApplication): Promise<boolean> {
  const signals: AbortSignal[] = [];
  const use = async () => {
    const stream = module.get(ExecutionTracker).trackAgent('lost', async function* () {
      signals.push(currentExecution()!.signal);
      yield* endless();
    });
    await stream.next();
  };
  await use();
  await collectGarbageUntil(() => collector.getRunning().length === 0);
  return signals[0]!.aborted;
}

/** How many of fifty executions, each of which begot the next, are still in memory. */
async function generationsLeft({ module }: LiveApplication): Promise<number> {
  const generations: WeakRef<object>[] = [];
  await new Promise<void>((resolve) => {
    const beget = (): void =>
      module.get(ExecutionTracker).trackAgent('generation', () => {
        generations.push(new WeakRef(currentExecution()!));
        setImmediate(generations.length < 50 ? beget : resolve);
      });
    beget();
  });
  const left = () => generations.filter((generation) => generation.deref() !== undefined).length;
  await collectGarbageUntil(() => left() <= 1);
  return left();
}

/** With what else may hold an application: a table of tenants, budgets, limits. */
const options: MetricsModuleOptions = {
  timeouts: { agentMs: 60_000, toolMs: 60_000, sequenceMs: 60_000 },
  limits: { request: { toolCalls: 9, repeatedCalls: 9, costUsd: 9 } },
  breakdown: { by: 'tenant', value: () => 'acme', maxValues: 1 },
  budgets: [{ name: 'all', by: 'breakdown', costUsd: 1e6, window: '1d' }],
};

const kinds: Record<string, (tracker: ExecutionTracker) => Promise<unknown>> = {
  'an agent': (tracker) => tracker.trackAgent('kept', async () => currentExecution()),
  'a tool of an agent': (tracker) =>
    tracker.trackAgent('kept', () => tracker.trackTool('kept', async () => currentExecution())),
  'a model call of an agent': (tracker) =>
    tracker.trackAgent('kept', () => tracker.trackModel('kept', async () => currentExecution())),
  'an execution that was started': async (tracker) => {
    const execution = tracker.start({ kind: 'agent', id: 'kept' });
    execution.end();
    return execution;
  },
  'a generator that nobody reads': async (tracker) => tracker.trackAgent('kept', () => endless()),
};

const ledgers = () => Number(queryObjects(Ledger));

/** How many ledgers there are after ten resets, in each of which an execution ended that is kept. One is in use. */
async function ledgersLeft(execute: (tracker: ExecutionTracker) => Promise<unknown>): Promise<number> {
  const { module, collector } = await startApplication({ options });
  const kept: unknown[] = [];
  for (let reset = 0; reset < 10; reset += 1) {
    kept.push(await execute(module.get(ExecutionTracker)));
    collector.reset();
  }
  kept.push(await execute(module.get(ExecutionTracker)));
  await collectGarbageUntil(() => ledgers() <= 1);
  const left = ledgers();
  kept.length = 0;
  await module.close();
  return left;
}

/** Whether the collector of a closed application is kept by an execution that ended in it. */
async function collectorKept(execute: (tracker: ExecutionTracker) => Promise<unknown>): Promise<boolean> {
  const open = async () => {
    const { module, collector } = await startApplication({ options });
    const execution = await execute(module.get(ExecutionTracker));
    await module.close();
    return { execution, collector: new WeakRef(collector) };
  };
  const { execution, collector } = await open();
  await collectGarbageUntil(() => collector.deref() === undefined);
  return execution !== undefined && collector.deref() !== undefined;
}

export interface GarbageReport {
  readonly remains: Record<string, Remains>;
  readonly aborted: boolean;
  readonly generationsLeft: number;
  readonly keptByEnded: Record<string, { readonly ledgersLeft: number; readonly collector: boolean }>;
}

async function main(): Promise<void> {
  const remains: Record<string, Remains> = {};
  for (const [what, use] of Object.entries(uses)) remains[what] = await inspect(use);
  const keptByEnded: GarbageReport['keptByEnded'] = {};
  for (const [what, execute] of Object.entries(kinds)) {
    keptByEnded[what] = { ledgersLeft: await ledgersLeft(execute), collector: await collectorKept(execute) };
  }
  const application = await startApplication();
  const report: GarbageReport = {
    remains,
    aborted: await abortsItsSignal(application),
    generationsLeft: await generationsLeft(application),
    keptByEnded,
  };
  await application.module.close();
  process.stdout.write(JSON.stringify(report));
}

void main();

import { join, relative, sep } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { NestFactory } from '@nestjs/core';
import {
  MetricsCollector,
  MetricsModule,
  startExecution,
  trackedAgent,
  trackedModel,
  trackedTool,
  type MetricsModuleOptions,
} from '../../src';
import { collectGarbage } from '../support/garbage-collector';

/** What became of compiled code at full collections. */
export interface KeptCode {
  /** How many functions V8 had compiled. */
  readonly compiled: number;
  /** Those whose code it has thrown away: file and name. */
  readonly forgotten: readonly string[];
}

// `GetOptimizationStatus` is not a part of JavaScript.
setFlagsFromString('--allow-natives-syntax');
const statusOf = runInThisContext('(fn) => %GetOptimizationStatus(fn)') as (fn: unknown) => number;

/** Bits of the status: by Maglev, by TurboFan. */
const COMPILED = (1 << 5) | (1 << 6);
const SOURCE = join(__dirname, '..', '..', 'src') + sep;
/** Before Node 24, a context is marks on promises, and Node's own code for those is thrown away, with what has it inlined. */
const HAS_CONTEXT_FRAMES = Number(process.versions.node.split('.')[0]) >= 24;

/** Options that change what there is of an execution. */
const OPTIONS: Record<string, MetricsModuleOptions> = {
  'the defaults': {},
  'nothing kept': { requestHistory: false, historySize: 0 },
  'everything on': {
    timeouts: { toolMs: 60_000, sequenceMs: 60_000 },
    budgets: [{ name: 'all', by: 'application', costUsd: 1_000, window: '1d' }],
    breakdown: { by: 'tenant', value: () => 'x' },
    measurePayloads: true,
    onExecution: () => undefined,
    measureRepeats: true,
    // They need the context.
    ...(HAS_CONTEXT_FRAMES && { limits: { agent: { toolCalls: 1_000, modelCalls: 1_000, costUsd: 1 } } }),
  },
};

type Work = () => unknown;

/** Everything that applications do often. Nothing of it is in progress between two rounds. */
function workOf(collector: MetricsCollector): Work[] {
  const tool = trackedTool('search', async () => 1);
  const failing = trackedTool('broken', async () => Promise.reject(new Error('refused')));
  const usage = () => ({ inputTokens: 3, outputTokens: 4 });
  const model = trackedModel({ model: 'gpt', usage }, async () => 1);
  const stream = trackedModel({ model: 'gpt', usage }, async function* () {
    yield 1;
    yield 2;
  });
  const agent = trackedAgent('planner', async () => {
    for (let call = 0; call < 5; call += 1) await tool();
    await model();
    await failing().catch(() => undefined);
    for await (const chunk of stream()) void chunk;
  });
  const byHandle = () => {
    const handle = startExecution({ kind: 'model', name: 'gpt' });
    handle.chunk('a');
    handle.usage(usage());
    handle.end();
  };
  const record = (i: number) => {
    collector.recordToolExecution({ toolName: `tool ${i % 50}`, agentId: 'planner', durationMs: i, status: 'success' });
    collector.recordModelCall({ model: 'gpt', agentId: 'planner', durationMs: i, inputTokens: i });
  };
  return [
    agent,
    () => Array.from({ length: 50 }, (_, i) => record(i)),
    () => Array.from({ length: 5 }, byHandle),
    () => collector.exportMetrics('prometheus'),
    () => collector.exportMetrics('openmetrics'),
    () => collector.exportMetrics('json'),
    () => [
      collector.getTrends({ points: false }),
      collector.getHistory({ limit: 10 }),
      collector.getRequests({ limit: 1 }),
    ],
  ];
}

/** Every function that a module of ours exports, and every method of a class that it exports. */
function* ownFunctions(): Generator<readonly [name: string, fn: unknown]> {
  for (const [path, module] of Object.entries(require.cache)) {
    if (!path.startsWith(SOURCE)) continue;
    const file = relative(SOURCE, path);
    for (const [name, exported] of Object.entries((module?.exports ?? {}) as object)) {
      if (typeof exported !== 'function') continue;
      yield [`${file}: ${name}`, exported];
      const members = Object.getOwnPropertyDescriptors((exported as { prototype?: object }).prototype ?? {});
      for (const [member, { value, get }] of Object.entries(members)) {
        const fn: unknown = value ?? get;
        if (typeof fn === 'function') yield [`${file}: ${name}.${member}`, fn];
      }
    }
  }
}

/** @param milliseconds of the processor: a busy machine takes longer, and compiles as much */
async function runFor(milliseconds: number, work: readonly Work[]): Promise<void> {
  const begin = process.cpuUsage();
  const spentMs = () => {
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1e3;
  };
  do for (const each of work) await each();
  while (spentMs() < milliseconds);
}

const isCompiled = (fn: unknown) => (statusOf(fn) & COMPILED) !== 0;

/** Collects garbage once; what was compiled before, and which of that is not any more. */
async function collectOnce(work: readonly Work[]) {
  const compiled = [...ownFunctions()].filter(([, fn]) => isCompiled(fn));
  collectGarbage();
  // V8 takes code away from a function when that is called next.
  await runFor(0, work);
  const forgotten = compiled.filter(([, fn]) => !isCompiled(fn)).map(([name]) => name);
  return { compiled: compiled.length, forgotten };
}

/** V8 may take code away for many reasons. What it takes away at one collection and again at the next, it always does. */
async function inspect(options: MetricsModuleOptions): Promise<KeptCode> {
  const module = MetricsModule.forRoot({ asyncContext: HAS_CONTEXT_FRAMES, defaultMetrics: false, ...options });
  const app = await NestFactory.createApplicationContext(module, { logger: ['error'] });
  const work = workOf(app.get(MetricsCollector));
  await runFor(2_000, work);
  const first = await collectOnce(work);
  await runFor(1_000, work);
  const second = await collectOnce(work);
  await app.close();
  const forgotten = first.forgotten.filter((name) => second.forgotten.includes(name));
  return { compiled: first.compiled, forgotten };
}

const name = process.argv[2]!;
void inspect(OPTIONS[name]!).then((kept) => process.stdout.write(JSON.stringify(kept)));

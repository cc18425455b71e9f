import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsCollector, MetricsModule, trackedTool } from '../../src';

@Module({ imports: [MetricsModule.forRoot({ defaultMetrics: false, endpoint: false })] })
class AppModule {}

/** How often a function calls itself before the stack overflows. */
function depthOf(wrap: (fn: () => void) => () => void): number {
  let depth = 0;
  const go = wrap(() => {
    depth += 1;
    go();
  });
  overflow(go);
  return depth;
}

/** The last frames of the stack, within which a call may have no room to be counted. */
const LAST = 2_000;

/** Calls `fn` with less and less of the stack left, until there is none. */
function towardsTheEnd(fn: () => void): void {
  let depth = 0;
  let first = Infinity;
  const go = (): void => {
    depth += 1;
    if (depth > first) overflow(fn);
    go();
  };
  overflow(go);
  first = depth - LAST;
  depth = 0;
  overflow(go);
}

function overflow(fn: () => void): void {
  try {
    fn();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

const take = (frames: number): number => (frames === 0 ? 0 : 1 + take(frames - 1));

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const collector = app.get(MetricsCollector);
  const undecorated = depthOf((fn) => fn);
  const tracked = depthOf((fn) => trackedTool('deep', fn));
  for (const frames of [0, 5, 30, Infinity]) {
    const tool = trackedTool(`takes ${frames}`, () => take(frames));
    for (let time = 0; time < 3; time += 1) towardsTheEnd(tool);
  }
  // What had no room to be counted is counted with the next call.
  trackedTool('next', () => {})();
  const inProgress = [...collector.getTools()].map(([name, tool]) => [name, tool.inProgress] as const);
  await app.close();
  process.stdout.write(JSON.stringify({ undecorated, tracked, inProgress: Object.fromEntries(inProgress) }));
}

void main();

import { AsyncLocalStorage } from 'node:async_hooks';
import { NestFactory } from '@nestjs/core';
import { currentExecution, MetricsModule, trackedTool } from '../../src';

/** An application's calls use the context; closed, it asks for nothing that any `await` would pay for. */
async function main(): Promise<void> {
  const disabled: unknown[] = [];
  const { disable } = AsyncLocalStorage.prototype;
  AsyncLocalStorage.prototype.disable = function (this: AsyncLocalStorage<unknown>) {
    disabled.push(this);
    return disable.call(this);
  };
  const call = trackedTool('search', async () => currentExecution()?.name);
  const start = () =>
    NestFactory.createApplicationContext(MetricsModule.forRoot({ endpoint: false }), { logger: false });

  const report: (number | string | undefined)[] = [];
  const [first, second] = [await start(), await start()];
  await first.close();
  report.push(disabled.length, await call());
  await second.close();
  report.push(disabled.length, await call());
  const third = await start();
  report.push(await call());
  await third.close();
  report.push(disabled.length);
  process.stdout.write(JSON.stringify(report));
}

void main();

import { setImmediate } from 'node:timers/promises';
import { currentExecution } from 'nestjs-agent-metrics';
import { startSoakApp, type SoakApp } from './soak.app';
import { judgeSoak, type Reading, type Remains } from './soak.verdict';

const MINUTE_MS = 60_000;
const EXECUTIONS_A_ROUND = 10;
/** One every ten seconds, and enough of them to see a direction. */
const readingsIn = (minutes: number) => Math.max(12, Math.round(minutes * 6));
const SCRAPES_A_READING = 3;

/** Waits until nothing more is collected. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    globalThis.gc!();
    await setImmediate();
  }
}

async function read(start: number, rounds: number): Promise<Reading> {
  await collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    minute: (performance.now() - start) / MINUTE_MS,
    heapBytes: heapUsed + external,
    residentBytes: rss,
    executions: rounds * EXECUTIONS_A_ROUND,
  };
}

/** At full speed; reads memory and scrapes from time to time. */
async function workFor(app: SoakApp, minutes: number): Promise<Reading[]> {
  const start = performance.now();
  const readings: Reading[] = [];
  const wanted = readingsIn(minutes);
  const readEveryMs = (minutes * MINUTE_MS) / wanted;
  for (let round = 0; readings.length < wanted;) {
    const end = start + (readings.length + 1) * readEveryMs;
    while (performance.now() < end) await app.work((round += 1));
    for (let i = 0; i < SCRAPES_A_READING; i += 1) await app.scrape();
    const reading = await read(start, round);
    readings.push(reading);
    const [heap, resident] = [reading.heapBytes, reading.residentBytes].map((bytes) => (bytes / 2 ** 20).toFixed(1));
    console.log(`${reading.minute.toFixed(2)} min, heap ${heap} MiB, resident ${resident} MiB`);
  }
  return readings;
}

/** By name, with how many. */
const listenerCounts = () =>
  process.eventNames().map((name) => `${String(name)} (${process.listenerCount(name)} on process)`);

/** What is in the second list and not in the first; of equal ones, those that are more. */
function added(before: readonly string[], after: readonly string[]): string[] {
  const rest = [...before];
  return after.filter((one) => {
    const index = rest.indexOf(one);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

/** Of the application only the witness leaves, so that nothing here keeps it. */
async function runApp(minutes: number): Promise<{ readings: Reading[]; witness: WeakRef<object> }> {
  const app = await startSoakApp();
  const readings = await workFor(app, minutes);
  await app.close();
  return { readings, witness: app.witness };
}

async function main(minutes: number): Promise<void> {
  // What is made once per process, whoever asks first, was there before.
  await runApp(0.001);
  await collect();
  const resources = process.getActiveResourcesInfo();
  const listeners = listenerCounts();
  const { readings, witness } = await runApp(minutes);
  await collect();
  const remains: Remains = {
    resources: added(resources, process.getActiveResourcesInfo()),
    listeners: added(listeners, listenerCounts()),
    hasContext: currentExecution() !== undefined,
    isApplicationKept: witness.deref() !== undefined,
  };
  const { isPassed, lines } = judgeSoak(readings, remains);
  console.log(`\n${lines.join('\n')}`);
  process.exitCode = isPassed ? 0 : 1;
}

void main(Number(process.argv[2]));

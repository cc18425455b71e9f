import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { currentExecution } from 'nestjs-agent-metrics';
import { scrape, startSoakApp, type SoakApp } from './soak.app';
import { Neighbour } from './soak.neighbour';
import { judgeSoak, type Reading, type Remains } from './soak.verdict';

const MINUTE_MS = 60_000;
/** One every ten seconds, and enough of them to see a direction. */
const readingsIn = (minutes: number) => Math.max(12, Math.round(minutes * 6));
const REQUESTS_AT_ONCE = 4;
/** Readings between two replacements of the neighbour. */
const NEIGHBOUR_LASTS = 3;

/** Waits until nothing more is collected. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    globalThis.gc!();
    await setImmediate();
  }
}

async function read(start: number, executions: number): Promise<Reading> {
  await collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const reading = {
    minute: (performance.now() - start) / MINUTE_MS,
    heapBytes: heapUsed + external,
    residentBytes: rss,
    executions,
  };
  const [heap, resident] = [reading.heapBytes, reading.residentBytes].map((bytes) => (bytes / 2 ** 20).toFixed(1));
  console.log(`${reading.minute.toFixed(2)} min, heap ${heap} MiB, resident ${resident} MiB`);
  return reading;
}

/** Several requests at once, again and again. Returns the number of the last. */
async function workUntil(end: number, app: SoakApp, last: number): Promise<number> {
  let round = last;
  do await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, () => app.work((round += 1))));
  while (performance.now() < end);
  return round;
}

/** At full speed; from time to time reads memory, scrapes both processes and replaces the other one. */
async function workFor(app: SoakApp, directory: string, minutes: number, wanted: number): Promise<Reading[]> {
  const start = performance.now();
  const readings: Reading[] = [];
  const readEveryMs = (minutes * MINUTE_MS) / wanted;
  let neighbour = await Neighbour.start(directory);
  for (let round = 0; readings.length < wanted;) {
    round = await workUntil(start + (readings.length + 1) * readEveryMs, app, round);
    for (const { url } of [app, neighbour]) await scrape(url);
    if (readings.length % NEIGHBOUR_LASTS === 0) {
      await neighbour.end(readings.length % 2 === 0 ? 'close' : 'kill');
      neighbour = await Neighbour.start(directory);
    }
    readings.push(await read(start, app.executions()));
  }
  await neighbour.end('close');
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

interface Run {
  readonly readings: readonly Reading[];
  readonly witness: WeakRef<object>;
  /** In the machine's directory, when all have left. */
  readonly files: readonly string[];
}

/** Of the application only the witness leaves, so that nothing here keeps it. */
async function runApp(minutes: number, wanted: number): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'soak-'));
  try {
    const app = await startSoakApp(directory);
    const readings = await workFor(app, directory, minutes, wanted);
    await app.close();
    return { readings, witness: app.witness, files: readdirSync(directory, { recursive: true }).map(String) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function main(minutes: number): Promise<void> {
  // What is made once per process is made before.
  await runApp(0, 1);
  await collect();
  const resources = process.getActiveResourcesInfo();
  const listeners = listenerCounts();
  const { readings, witness, files } = await runApp(minutes, readingsIn(minutes));
  await collect();
  const remains: Remains = {
    resources: added(resources, process.getActiveResourcesInfo()),
    listeners: added(listeners, listenerCounts()),
    files,
    hasContext: currentExecution() !== undefined,
    isApplicationKept: witness.deref() !== undefined,
  };
  const { isPassed, lines } = judgeSoak(readings, remains);
  console.log(`\n${lines.join('\n')}`);
  process.exitCode = isPassed ? 0 : 1;
}

// Without a bench the verdict would not be read; waiting for its end must not keep the process.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();

void main(Number(process.argv[2]));

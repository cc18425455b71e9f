import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector';
import { basename, dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which files of the built library a layer consists of; the first that matches. */
const LAYERS: readonly (readonly [layer: string, files: RegExp])[] = [
  ['clock', /^(clock|stopwatch)\.js$/],
  ['context', /^execution-(context|lineage)\.js$|^shared-state\.js$/],
  ['history', /^(execution-history|finished-execution)\.js$/],
  ['trend', /^trend-/],
  ['lookup', /^(series-table|series-limit|declared-names|execution-name)\.js$/],
];

/** Where a room's other files belong. */
const ROOMS: Readonly<Record<string, string>> = { collection: 'aggregate', tracking: 'wrapper', results: 'wrapper' };

/** Names of Node and V8 for what runs outside of any file of ours. */
const NATIVE: readonly (readonly [layer: string, name: RegExp])[] = [
  ['garbage collector', /^\(garbage collector\)$/],
  ['clock', /^(now|hrtime|hrtimeBigInt)$/],
  ['context', /async_hooks|async_local_storage|async_context/],
];

export const OTHER = 'application, promises and the rest';

function layerOf({ functionName, url }: Profiler.ProfileNode['callFrame']): string {
  if (url.startsWith('file:') && url.includes('/dist/')) {
    const path = fileURLToPath(url);
    const [own] = LAYERS.find(([, files]) => files.test(basename(path))) ?? [];
    return own ?? ROOMS[dirname(path).split(sep).at(-1)!] ?? OTHER;
  }
  const [native] = NATIVE.find(([, name]) => name.test(functionName) || name.test(url)) ?? [];
  return native ?? OTHER;
}

const MICROSECONDS_BETWEEN_SAMPLES = 100;

/** Which share of its time `work` spends in each layer of the library, by V8's sampling profiler. */
export async function profileLayers(work: () => Promise<void>): Promise<Map<string, number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: MICROSECONDS_BETWEEN_SAMPLES });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const shares = new Map<string, number>();
  const hits = profile.nodes.filter(({ callFrame }) => callFrame.functionName !== '(idle)');
  const all = hits.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0);
  for (const { callFrame, hitCount = 0 } of hits) {
    const layer = layerOf(callFrame);
    shares.set(layer, (shares.get(layer) ?? 0) + hitCount / all);
  }
  return shares;
}

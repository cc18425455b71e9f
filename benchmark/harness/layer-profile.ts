import { existsSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = join(__dirname, '..', '..', 'dist');

const CLOCK = 'collection/clock';

/** Folders of the built library, or files without their ending; a file belongs to the first that it lies in. */
const LAYERS: readonly string[] = [
  CLOCK,
  'collection/executions',
  'collection/series/trend-series',
  'collection/series',
  'tracking/execution',
  'tracking/limits',
  'tracking/linking',
  'tracking/outcomes',
  'tracking/results',
  'tracking/wrapping',
  'tracking',
  'collection',
  'runtime',
];

/** Names of Node and V8 for what runs outside of any file of ours. */
const NATIVE: readonly (readonly [layer: string, name: RegExp])[] = [
  ['garbage collector', /^\(garbage collector\)$/],
  [CLOCK, /^(now|hrtime|hrtimeBigInt)$/],
  ['async context of Node', /async_hooks|async_local_storage|async_context/],
];

const OTHER = 'application, promises and the rest';

/** @throws Error where a layer is no folder and no file of the built library: its time would count as another's */
export function expectLayers(): void {
  const gone = LAYERS.filter((layer) => [layer, `${layer}.js`].every((path) => !existsSync(join(DIST, path))));
  if (gone.length === 0) return;
  throw new Error(`Neither folders nor files of ${DIST}: ${gone.join(', ')}. Name the layers as they are now.`);
}

function layerOf({ functionName, url }: Profiler.ProfileNode['callFrame']): string {
  const native = () => NATIVE.find(([, name]) => name.test(functionName) || name.test(url))?.[0];
  return (url.startsWith('file:') ? layerOfFile(fileURLToPath(url)) : native()) ?? OTHER;
}

function layerOfFile(path: string): string | undefined {
  const place = relative(DIST, path).replaceAll(sep, '/');
  return LAYERS.find((layer) => place === `${layer}.js` || place.startsWith(`${layer}/`));
}

const MICROSECONDS_BETWEEN_SAMPLES = 100;

/** How often V8's sampling profiler finds `work` in each layer of the library. */
export async function profileLayers(work: () => Promise<void>): Promise<Map<string, number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: MICROSECONDS_BETWEEN_SAMPLES });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const samples = new Map<string, number>();
  for (const { callFrame, hitCount = 0 } of profile.nodes) {
    if (callFrame.functionName === '(idle)') continue;
    const layer = layerOf(callFrame);
    samples.set(layer, (samples.get(layer) ?? 0) + hitCount);
  }
  return samples;
}

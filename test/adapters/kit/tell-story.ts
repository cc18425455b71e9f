import { deepStrictEqual, notDeepStrictEqual } from 'node:assert';
import type { MetricsCollector } from 'nestjs-agent-metrics';
import type { Driver } from './driver';
import { expectedRecords, inOrder, seenRecords, type SeenRecord } from './records';
import { Stage } from './stage';
import { STORIES, type Story, type StoryName } from './stories';

/** Longer than `timeouts.idleMs` is by default. */
const IDLE_MS = 11 * 60_000;

export function isToldBy(driver: Driver, name: StoryName): boolean {
  const { needs }: Story = STORIES[name];
  return needs === undefined || driver.counts.includes(needs);
}

/** Plays a story without the adapter and with it: the caller sees no difference, and the records are exact. */
export async function tellStory(driver: Driver, name: StoryName): Promise<void> {
  const stage = await Stage.open(driver);
  try {
    const bare = await playAll(stage, STORIES[name], false);
    const collector = await stage.startApplication();
    const tracked = await playAll(stage, STORIES[name], true);
    deepStrictEqual(tracked, bare);
    await settle(stage, collector);
    deepStrictEqual(inOrder(comparable(seenOf(collector), STORIES[name])), inOrder(expectedOf(driver, name)));
  } finally {
    await stage.close();
  }
}

function playAll(stage: Stage, { script, atOnce = 1 }: Story, tracked: boolean): Promise<unknown[]> {
  return Promise.all(Array.from({ length: atOnce }, () => stage.play(script, { tracked })));
}

/** What the SDK tells nobody of ends where nothing shows that it goes on. */
async function settle(stage: Stage, collector: MetricsCollector): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
  if (collector.getRunning().length > 0) stage.clock.advance(IDLE_MS);
  deepStrictEqual(collector.getRunning(), []);
}

export function seenOf(collector: MetricsCollector): SeenRecord[] {
  return seenRecords(collector.getHistory());
}

export function expectedOf(driver: Driver, name: StoryName): readonly SeenRecord[] {
  const story: Story = STORIES[name];
  const one = expectedRecords(story.script, driver);
  const expected = Array.from({ length: story.atOnce ?? 1 }, () => one).flat();
  const deviation = driver.deviations?.[name];
  if (deviation === undefined) return comparable(expected, story);
  const seen = deviation.sees(expected);
  notDeepStrictEqual(inOrder(seen), inOrder(expected), 'a deviation that deviates from nothing');
  return comparable(seen, story);
}

/** Runs at once share a clock. */
function comparable(records: readonly SeenRecord[], { atOnce }: Story): readonly SeenRecord[] {
  return atOnce === undefined ? records : records.map((record) => ({ ...record, durationMs: 0 }));
}

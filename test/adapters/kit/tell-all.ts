import { CONDITION_NAMES, meetCondition } from './conditions';
import type { Driver } from './driver';
import { STORIES, type StoryName } from './stories';
import { isToldBy, tellStory } from './tell-story';

/** What a driver says of each story and condition: null where it holds, else what is wrong. */
export type Report = Readonly<Record<string, string | null>>;

/** For a program without a test runner. */
export async function tellAll(driver: Driver): Promise<Report> {
  const report: Record<string, string | null> = {};
  const attempt = async (name: string, tell: Promise<void>) => {
    report[name] = await tell.then(
      () => null,
      (error: Error) => String(error.stack),
    );
  };
  for (const name of Object.keys(STORIES) as StoryName[]) {
    if (isToldBy(driver, name)) await attempt(name, tellStory(driver, name));
  }
  for (const name of CONDITION_NAMES) await attempt(name, meetCondition(driver, name));
  return report;
}

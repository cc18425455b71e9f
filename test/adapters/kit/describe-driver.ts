import { CONDITION_NAMES, meetCondition } from './conditions';
import type { Driver } from './driver';
import { STORIES, type StoryName } from './stories';
import { isToldBy, tellStory } from './tell-story';

/**
 * All that a driver has to show, as tests. Each SDK has a file of its own, since loading them takes longer than the stories.
 * Those of the newest versions are in test/package, on a Node that they need.
 */
export function describeDriver(driver: Driver): void {
  const stories = (Object.keys(STORIES) as StoryName[]).filter((name) => isToldBy(driver, name));

  describe(driver.name, () => {
    it.each(stories)('tells of %s', (name) => tellStory(driver, name));

    it.each(CONDITION_NAMES)('leaves the SDK alone: %s', (name) => meetCondition(driver, name));
  });
}

import { aiSdk } from './drivers/ai-sdk';
import { anthropic } from './drivers/anthropic';
import { byHand } from './drivers/by-hand';
import { langChainAnthropic, langChainOpenAI, langChainResponses } from './drivers/langchain';
import { openaiChat, openaiResponses } from './drivers/openai';
import { openAiAgents } from './drivers/openai-agents';
import { CONDITION_NAMES, meetCondition } from './kit/conditions';
import type { Driver } from './kit/driver';
import { STORIES, type StoryName } from './kit/stories';
import { isToldBy, tellStory } from './kit/tell-story';

/** Each tells the same stories. Those of the newest versions are in test/package, on a Node that they need. */
const DRIVERS: readonly Driver[] = [
  byHand,
  openaiChat,
  openaiResponses,
  anthropic,
  aiSdk,
  langChainOpenAI,
  langChainResponses,
  langChainAnthropic,
  openAiAgents('chat completions'),
  openAiAgents('responses'),
];

const storiesOf = (driver: Driver) => (Object.keys(STORIES) as StoryName[]).filter((name) => isToldBy(driver, name));

describe.each(DRIVERS)('$name', (driver) => {
  it.each(storiesOf(driver))('tells of %s', (name) => tellStory(driver, name));

  it.each(CONDITION_NAMES)('leaves the SDK alone: %s', (name) => meetCondition(driver, name));
});

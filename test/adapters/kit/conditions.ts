import { deepStrictEqual } from 'node:assert';
import type { MetricsCollector, MetricsModuleOptions } from 'nestjs-agent-metrics';
import type { Driver, Playing } from './driver';
import { inOrder, type SeenRecord } from './records';
import { Stage } from './stage';
import { STORIES, type StoryName } from './stories';
import { expectedOf, isToldBy, seenOf } from './tell-story';

/** Told under each condition. */
const storyOf = (driver: Driver): StoryName => (isToldBy(driver, 'a tool') ? 'a tool' : 'an answer');

type Condition = (stage: Stage, play: (playing?: Partial<Playing>) => Promise<void>) => Promise<void>;

/** Whatever the application is like, the SDK does what it would do without us. */
const CONDITIONS = {
  'without an application': (_stage, play) => play(),
  'after the application has closed': async (stage, play) => {
    const collector = await stage.startApplication();
    await stage.closeApplications();
    await play();
    deepStrictEqual(collector.getHistory(), []);
  },
  'registered twice, it counts once': async (stage, play) => {
    const collector = await stage.startApplication();
    await play({ twice: true });
    expectWhole(stage, collector);
  },
  'with two applications and outside any execution, it counts in neither': async (stage, play) => {
    const collectors = [await stage.startApplication(), await stage.startApplication()];
    await play();
    deepStrictEqual(collectors.flatMap(seenOf), []);
  },
  'with two applications, it counts in the one whose execution calls': async (stage, play) => {
    const [one, other] = [await stage.startApplication(), await stage.startApplication()];
    await stage.trackerOf(one).trackAgent('outer', () => play());
    const [agent] = seenOf(one).filter(({ name }) => name === STORIES[storyOf(stage.driver)].script.agent);
    deepStrictEqual([agent?.parent, seenOf(other)], ['outer', []]);
  },
  'without an async context, it counts the same model calls': async (stage, play) => {
    const collector = await stage.startApplication({ asyncContext: false });
    await play();
    const modelsIn = (records: readonly SeenRecord[]) =>
      records.filter(({ kind }) => kind === 'model').map(({ name, tokens, status }) => ({ name, tokens, status }));
    deepStrictEqual(modelsIn(seenOf(collector).reverse()), modelsIn(expectedOf(stage.driver, storyOf(stage.driver))));
  },
  'with rules, prices and listeners that throw': async (stage, play) => {
    const collector = await stage.startApplication(FAULTY);
    await play();
    expectWhole(stage, collector);
  },
} satisfies Record<string, Condition>;

export type ConditionName = keyof typeof CONDITIONS;
export const CONDITION_NAMES = Object.keys(CONDITIONS) as ConditionName[];

const fault = (): never => {
  throw new Error('a fault of the user');
};
const FAULTY: MetricsModuleOptions = {
  classifyError: fault,
  classifyResult: fault,
  onExecution: fault,
  pricing: fault,
  strict: false,
};

export async function meetCondition(driver: Driver, name: ConditionName): Promise<void> {
  const stage = await Stage.open(driver);
  try {
    const { script } = STORIES[storyOf(driver)];
    const bare = await stage.play(script, { tracked: false });
    await CONDITIONS[name](stage, async (playing) => {
      deepStrictEqual(await stage.play(script, { tracked: true, ...playing }), bare);
    });
  } finally {
    await stage.close();
  }
}

function expectWhole(stage: Stage, collector: MetricsCollector): void {
  deepStrictEqual(inOrder(seenOf(collector)), inOrder(expectedOf(stage.driver, storyOf(stage.driver))));
}

import type { MetricsModuleOptions } from '../src';
import { mechanisms, play, seenUntracked } from './results/mechanisms';
import { endings, expectUntouched, startApplication, type LiveApplication } from './support/live-application';
import { Subject } from './support/subject';

/** Limits that are never reached. */
const timeouts = { agentMs: 3_600_000, toolMs: 3_600_000, sequenceMs: 3_600_000 };

interface Tracking {
  readonly title: string;
  readonly kind: 'agent' | 'tool';
  readonly options: MetricsModuleOptions;
}

describe.each<Tracking>([
  { title: 'an agent', kind: 'agent', options: {} },
  { title: 'a tool', kind: 'tool', options: {} },
  { title: 'an agent with a limit', kind: 'agent', options: { timeouts } },
  { title: 'a tool with a limit', kind: 'tool', options: { timeouts } },
  { title: 'an agent without an async context', kind: 'agent', options: { asyncContext: false } },
])('$title whose result is', ({ kind, options }) => {
  const start = () => startApplication({ providers: [Subject], options });
  let application: LiveApplication;
  let neighbour: LiveApplication;

  beforeAll(async () => {
    neighbour = await startApplication({ providers: [Subject] });
    application = await start();
  });

  /** Each row begins with nothing counted and nothing in progress. */
  afterEach(async () => {
    expectUntouched(neighbour);
    application.collector.reset();
    if (application.collector.getRunning().length === 0) return;
    await application.module.close();
    application = await start();
  });

  afterAll(async () => {
    await application.module.close();
    await neighbour.module.close();
  });

  describe.each(mechanisms)('$name that', ({ identity, rows }) => {
    const possible = rows.filter(({ contextOnly }) => options.asyncContext !== false || !contextOnly);

    it.each(possible)('$name', async (row) => {
      const { collector, clock, module } = application;
      const subject = module.get(Subject);

      const tracked = await play(row.create(clock), (body) => subject[kind](body));

      expect(tracked.seen).toEqual(await seenUntracked(row));
      expect(tracked.kept).toEqual(tracked.kept.map(() => identity === 'kept'));
      expect(endings(collector)).toEqual(row.expected);
      expect(collector.getRunning()).toHaveLength(row.running);
    });
  });
});

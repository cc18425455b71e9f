import { mechanisms, play } from './results/mechanisms';
import { endings, expectUntouched, startApplication } from './support/live-application';
import type { LiveApplication } from './support/live-application';
import { ManualClock } from '../src/testing/manual-clock';
import { Subject } from './support/subject';

describe.each(['agent', 'tool'] as const)('an %s whose result is', (kind) => {
  let application: LiveApplication;
  let neighbour: LiveApplication;

  beforeEach(async () => {
    application = await startApplication({ providers: [Subject] });
    neighbour = await startApplication({ providers: [Subject] });
  });

  afterEach(async () => {
    expectUntouched(neighbour);
    await application.module.close();
    await neighbour.module.close();
  });

  describe.each(mechanisms)('$name that', ({ identity, rows }) => {
    it.each(rows)('$name', async ({ create, expected, running }) => {
      const { collector, clock, module } = application;
      const subject = module.get(Subject);
      const untracked = await play(create(new ManualClock()));

      const tracked = await play(create(clock), (body) => subject[kind](body));

      expect(tracked.seen).toEqual(untracked.seen);
      expect(tracked.kept).toEqual(tracked.kept.map(() => identity === 'kept'));
      expect(endings(collector)).toEqual(expected);
      expect(collector.getRunning()).toHaveLength(running);
    });
  });
});

import { endings, expectUntouched, startApplication } from './support/live-application';
import type { LiveApplication } from './support/live-application';
import { ManualClock } from './support/manual-clock';
import { Subject } from './support/subject';
import { asyncGenerators, asyncIterables, generators } from './results/generators.rows';
import { readables, streamableFiles } from './results/node-streams.rows';
import { observables } from './results/observables.rows';
import { promises, promiseSubclasses, thenables, values } from './results/promises.rows';
import type { Mechanism, ResultRow, Scenario } from './results/result-row';
import { webStreams } from './results/web-streams.rows';

/** What the caller of a scenario saw, and whether it got the very objects that the method returned. */
async function play({ body, use }: Scenario<unknown>, run: (body: () => unknown) => unknown) {
  const kept: boolean[] = [];
  const call = () => {
    let original: unknown;
    const result = run(() => (original = body()));
    kept.push(Object.is(result, original));
    return result;
  };
  // In a function of its own: what it saw of a promise is what the promise settled to.
  const [seen] = await Promise.allSettled([(async () => use(call))()]);
  return { seen, kept };
}

const throughPromise = ({ create, ...row }: ResultRow): ResultRow => ({
  ...row,
  create: (clock) => {
    const { body, use } = create(clock);
    return { body: async () => body(), use: (call) => useAwaited(use, call as () => Promise<unknown>) };
  },
});

/** For scenarios that call once: the promise is awaited first. */
async function useAwaited(use: Scenario<unknown>['use'], call: () => Promise<unknown>): Promise<unknown> {
  const result = await call();
  return use(() => result);
}

const promised = ({ name, rows }: Mechanism): Mechanism => ({
  name: `a promise of ${name}`,
  identity: 'replaced',
  // A call that was awaited has begun: what is not read after that is another case.
  rows: rows.filter(({ expected, returnedOnly }) => expected.length === 1 && !returnedOnly).map(throughPromise),
});

const streams = [generators, asyncGenerators, asyncIterables, observables, readables, streamableFiles, webStreams];
const mechanisms = [values, promises, promiseSubclasses, thenables, ...streams, ...streams.map(promised)];

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
      const untracked = await play(create(new ManualClock()), (body) => body());

      const tracked = await play(create(clock), (body) => subject[kind](body));

      expect(tracked.seen).toEqual(untracked.seen);
      expect(tracked.kept).toEqual(tracked.kept.map(() => identity === 'kept'));
      expect(endings(collector)).toEqual(expected);
      expect(collector.getRunning()).toHaveLength(running);
    });
  });
});

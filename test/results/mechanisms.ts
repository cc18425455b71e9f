import { ManualClock } from '../../src/testing';
import { asyncGenerators, asyncIterables, generators } from './generators.rows';
import { readables, streamableFiles } from './node-streams.rows';
import { observables } from './observables.rows';
import { promises, promiseSubclasses, thenables, values } from './promises.rows';
import type { Mechanism, ResultRow, Scenario } from './result-row';
import { webStreams } from './web-streams.rows';

const streams = [generators, asyncGenerators, asyncIterables, observables, readables, streamableFiles, webStreams];

/** Every kind of result that is followed. */
export const mechanisms: readonly Mechanism[] = [
  values,
  promises,
  promiseSubclasses,
  thenables,
  ...streams,
  ...streams.map(promised),
];

function promised({ name, rows }: Mechanism): Mechanism {
  return {
    name: `a promise of ${name}`,
    identity: 'replaced',
    // A call that was awaited has begun: what is not read after that is another case.
    rows: rows.filter(({ expected, returnedOnly }) => expected.length === 1 && !returnedOnly).map(throughPromise),
  };
}

function throughPromise({ create, ...row }: ResultRow): ResultRow {
  return {
    ...row,
    create: (clock) => {
      const { body, use } = create(clock);
      return { body: async () => body(), use: (call) => useAwaited(use, call as () => Promise<unknown>) };
    },
  };
}

/** For scenarios that call once: the promise is awaited first. */
async function useAwaited(use: Scenario<unknown>['use'], call: () => Promise<unknown>): Promise<unknown> {
  const result = await call();
  return use(() => result);
}

const untracked = new Map<ResultRow, Promise<unknown>>();

/** What the caller of a row sees where nothing is tracked, which is the same each time. */
export function seenUntracked(row: ResultRow): Promise<unknown> {
  let seen = untracked.get(row);
  if (seen === undefined) {
    seen = play(row.create(new ManualClock())).then((played) => played.seen);
    untracked.set(row, seen);
  }
  return seen;
}

/** What is dropped ends; the scenarios and what they hold live on, so that what they leave in progress is. */
const played: Scenario<unknown>[] = [];

/** What the caller of a scenario saw, and whether it got the very objects that the method returned. */
export async function play(scenario: Scenario<unknown>, run: (body: () => unknown) => unknown = (fn) => fn()) {
  const { body, use } = scenario;
  played.push(scenario);
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

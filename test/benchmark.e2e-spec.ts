import {
  differenceOf,
  executionsIn,
  readNumbers,
  withoutDurations,
  type Numbers,
} from '../benchmark/harness/counted-numbers';
import { RecordedPairs } from '../benchmark/harness/recorded-pairs';
import type { Subject, SubjectFactory } from '../benchmark/harness/subject';
import { callTools, toolNames } from '../benchmark/harness/workload';
import { start as agentMetrics } from '../benchmark/subjects/agent-metrics.subject';
import { start as floor } from '../benchmark/subjects/floor.subject';
import { start as openTelemetry } from '../benchmark/subjects/opentelemetry.subject';
import { start as promClientBound } from '../benchmark/subjects/prom-client-bound.subject';
import { start as promClient } from '../benchmark/subjects/prom-client.subject';

const PEERS: readonly [name: string, start: SubjectFactory][] = [
  ['prom-client', promClient],
  ['prom-client, bound children', promClientBound],
  ['OpenTelemetry', openTelemetry],
  ['the floor', floor],
];

const TOOLS = 3;
const CALLS = 30;
const PAIRS = 20;

async function use<Result>(start: SubjectFactory, fn: (subject: Subject) => Promise<Result>): Promise<Result> {
  const subject = await start({ tools: toolNames(TOOLS), options: {} });
  try {
    return await fn(subject);
  } finally {
    await subject.close();
  }
}

const recorded = (start: SubjectFactory) => use(start, (subject) => new RecordedPairs(subject, PAIRS).agree());

const called = (start: SubjectFactory): Promise<Numbers> =>
  use(start, async (subject) => {
    const call = () => callTools(subject.tools!, CALLS);
    await (subject.runAgent?.(call) ?? call());
    return withoutDurations(readNumbers(await subject.render!()));
  });

describe('What the benchmark compares', () => {
  it.each(PEERS)('records the same with us and with %s', async (_, peer) => {
    const ours = await recorded(agentMetrics);
    expect(executionsIn(ours)).toBe(PAIRS * 3);
    expect(differenceOf(ours, await recorded(peer))).toBeUndefined();
  });

  it.each(PEERS)('counts the same calls with us and with %s', async (_, peer) => {
    const ours = await called(agentMetrics);
    expect(executionsIn(ours)).toBe(CALLS);
    expect(differenceOf(ours, await called(peer))).toBeUndefined();
  });

  it('sees a number that differs, and one that is missing', () => {
    expect(differenceOf({ a: 1 }, { a: 2 })).toBe('a is 1 and 2');
    expect(differenceOf({ a: 1 }, {})).toBe('a is 1 and missing');
  });
});

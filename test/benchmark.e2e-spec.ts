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
import { start as aiSdkAdapter } from '../benchmark/subjects/adapter-ai-sdk.subject';
import { start as mcpAdapter } from '../benchmark/subjects/adapter-mcp.subject';
import { start as openAIAdapter } from '../benchmark/subjects/adapter-openai.subject';
import { start as agentMetrics } from '../benchmark/subjects/agent-metrics.subject';
import { start as byHand } from '../benchmark/subjects/by-hand.subject';
import { start as openTelemetry } from '../benchmark/subjects/opentelemetry.subject';
import { start as promClientBound } from '../benchmark/subjects/prom-client-bound.subject';
import { start as promClient } from '../benchmark/subjects/prom-client.subject';
import { inAgent } from '../benchmark/subjects/sdk-calls';

const PEERS: readonly [name: string, start: SubjectFactory][] = [
  ['prom-client', promClient],
  ['prom-client, bound children', promClientBound],
  ['OpenTelemetry', openTelemetry],
  ['what is written by hand', byHand],
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

  const callThrice = async (subject: Subject) => {
    await subject.runAgent!(() => callTools(subject.tools!, 3));
    await subject.close();
  };

  it.each([
    ['OpenAI', openAIAdapter],
    ['AI SDK', aiSdkAdapter],
    ['MCP', mcpAdapter],
  ])('counts every call of %s', async (_, start) => {
    await expect(callThrice(await start({ tools: [], options: {} }))).resolves.toBeUndefined();
  });

  it('sees calls that nobody counts', async () => {
    const uncounted = await inAgent(() => async () => undefined, { models: 1 });
    await expect(callThrice(uncounted)).rejects.toThrow('Counted 0 and 0 instead of 3 and 0 calls');
  });

  it('sees a number that differs, and one that is missing', () => {
    expect(differenceOf({ a: 1 }, { a: 2 })).toBe('a is 1 and 2');
    expect(differenceOf({ a: 1 }, {})).toBe('a is 1 and missing');
  });
});

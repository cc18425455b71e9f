import {
  addTraceProcessor,
  Agent,
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
  Runner,
  setTraceProcessors,
  setTracingDisabled,
  tool,
  type Model,
} from '@openai/agents';
import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import { AgentMetricsTraceProcessor } from 'nestjs-agent-metrics/openai-agents';
import OpenAI from 'openai';
import { z } from 'zod';
import type { Driver, Playing } from '../kit/driver';
import type { FakeProvider } from '../kit/fake-provider';
import type { SeenRecord } from '../kit/records';
import type { Run } from '../kit/run';
import { STORIES, type StoryName } from '../kit/stories';
import { REFUSED } from './openai';

const APIS = { 'chat completions': OpenAIChatCompletionsModel, responses: OpenAIResponsesModel } as const;

type Change = (record: SeenRecord) => Partial<SeenRecord>;

const ofKind =
  (kind: SeenRecord['kind'], change: Change): Change =>
  (record) =>
    record.kind === kind ? change(record) : {};

/** What the processor cannot see without a tracked client. */
const noFirstToken = ofKind('model', () => ({ firstTokenMs: undefined }));
const noRetries = ofKind('model', () => ({ retries: 0 }));
const noClass = ofKind('tool', ({ status }) => (status === 'error' ? { errorType: 'Error' } : {}));
/** A span of the Responses API has the model only in the answer. */
const answeringModel = ofKind('model', ({ status }) => ({ name: status === 'success' ? 'dated-model' : 'unknown' }));

const HIDDEN: readonly (readonly [stories: readonly StoryName[], change: Change, reason: string])[] = [
  [
    [
      'a stream',
      'a stream after a tool',
      'a stream that breaks',
      'a stream that is aborted',
      'a stream that its reader leaves',
    ],
    noFirstToken,
    'spans tell of no first token',
  ],
  [
    ['a call that is retried twice', 'a call whose retries are used up'],
    noRetries,
    'the client retries within one span',
  ],
  [['a tool that throws'], noClass, 'the SDK keeps errors of tools for itself'],
];

/** With a tracked client, the SDK hides nothing of its models. */
const HIDDEN_WITH_CLIENT = HIDDEN.filter(([, change]) => change === noClass);

function deviationsOf(hidden: typeof HIDDEN, named: readonly Change[] = []): Driver['deviations'] {
  const stories = Object.keys(STORIES) as StoryName[];
  const deviations = stories.map((story) => {
    const ofStory = hidden.filter(([hiding]) => hiding.includes(story));
    const changes = [...ofStory.map(([, change]) => change), ...named];
    const reason = ofStory.map(([, , why]) => why).join(', ') || 'a span has no name that was asked for';
    const sees = (expected: readonly SeenRecord[]) =>
      expected.map((record) => Object.assign({}, record, ...changes.map((change) => change(record))) as SeenRecord);
    return changes.length === 0 ? [] : [[story, { reason, sees }] as const];
  });
  return Object.fromEntries(deviations.flat());
}

const openAiAgentsDriver = {
  counts: ['agents', 'tools', 'models'],
  provider: 'openai',
} as const satisfies Partial<Driver>;

/** The processor alone. */
export const openAiAgents = (api: keyof typeof APIS): Driver => ({
  ...openAiAgentsDriver,
  name: `OpenAI Agents, ${api}`,
  errorTypes: { refused: () => 'Error', broken: 'TypeError' },
  deviations: deviationsOf(HIDDEN, api === 'responses' ? [answeringModel] : []),
  play: (run, provider, playing) => play(run, clientOf(run, provider), playing, APIS[api]),
});

/** Beside the processor, the client that makes the calls is tracked. */
export const openAiAgentsWithClient = (api: keyof typeof APIS): Driver => ({
  ...openAiAgentsDriver,
  name: `OpenAI Agents with a tracked client, ${api}`,
  errorTypes: { refused: (status) => REFUSED[status]!, broken: 'TypeError' },
  deviations: deviationsOf(HIDDEN_WITH_CLIENT),
  play(run, provider, playing) {
    const client = clientOf(run, provider);
    if (playing.tracked) trackedOpenAI(client);
    if (playing.twice) trackedOpenAI(client);
    return play(run, client, playing, APIS[api]);
  },
});

const clientOf = (run: Run, provider: FakeProvider) =>
  new OpenAI({ apiKey: 'none', baseURL: provider.urlOf(run), maxRetries: 2 });

async function play(
  run: Run,
  client: OpenAI,
  { tracked, twice }: Playing,
  ApiModel: new (client: OpenAI, model: string) => Model,
): Promise<string> {
  // Off in tests, and otherwise sent to OpenAI.
  setTracingDisabled(false);
  setTraceProcessors([]);
  for (let times = tracked ? (twice ? 2 : 1) : 0; times > 0; times -= 1)
    addTraceProcessor(new AgentMetricsTraceProcessor());
  const { script } = run;
  const tools = Object.entries(run.tools).map(([name, call]) =>
    tool({
      name,
      description: name,
      parameters: z.object({ input: z.string() }),
      execute: ({ input }) => call(input),
    }),
  );
  const agent = new Agent({ name: script.agent, model: new ApiModel(client, script.model), tools });
  const runner = new Runner();
  if (!script.streams) return (await runner.run(agent, 'Go.', { signal: run.signal })).finalOutput ?? '';
  const result = await runner.run(agent, 'Go.', { stream: true, signal: run.signal });
  let text = '';
  for await (const piece of result.toTextStream() as AsyncIterable<string>) {
    text += piece;
    if (!run.read(piece)) return text;
  }
  await result.completed;
  return text;
}

import * as callbackManagerModule from '@langchain/core/callbacks/manager';
import { AIMessage } from '@langchain/core/messages';
import { Logger } from '@nestjs/common';
import { createAgent, fakeModel, tool } from 'langchain';
import {
  AgentMetricsCallbackHandler,
  instrumentLangChain,
  type CallbackManagerModule,
} from 'nestjs-agent-metrics/langchain';
import { runProgram } from '../processes/run-program';
import { startApplication, type LiveApplication } from '../support/live-application';
import { RecordingLogger } from '../support/recording-logger';
import { seenRecords } from './kit/records';

let application: LiveApplication;

beforeAll(() => {
  instrumentLangChain(callbackManagerModule);
  instrumentLangChain(callbackManagerModule);
});

beforeEach(async () => {
  application = await startApplication();
});

afterEach(() => application.module.close());

const counted = () =>
  seenRecords(application.collector.getHistory())
    .reverse()
    .map(({ kind, name, parent, status }) => `${kind} ${name} < ${parent}: ${status}`);

const schema = { type: 'object', properties: {} } as const;
const search = tool(() => 'found', { name: 'search', description: 'finds', schema });
const crew = () => {
  const model = fakeModel()
    .respondWithTools([{ name: 'search', args: {}, id: '1' }])
    .respond(new AIMessage('Done.'));
  return createAgent({ name: 'crew', model, tools: [search] });
};
const WHOLE = [
  'model FakeBuiltModel < crew: success',
  'tool search < crew: success',
  'model FakeBuiltModel < crew: success',
  'agent crew < undefined: success',
];

describe('An instrumented LangChain', () => {
  it('counts without a handler', async () => {
    await crew().invoke({ messages: 'Go on.' });
    expect(counted()).toEqual(WHOLE);
  });

  it('counts once with one', async () => {
    await crew().invoke({ messages: 'Go on.' }, { callbacks: [new AgentMetricsCallbackHandler()] });
    expect(counted()).toEqual(WHOLE);
  });

  it("keeps the handlers of the user, and adds none to what is the user's own", async () => {
    const ends: unknown[] = [];
    const callbacks = [{ handleToolEnd: (_output: unknown, runId: string) => void ends.push(runId) }];
    const manager = callbackManagerModule.CallbackManager.fromHandlers({});
    await crew().invoke({ messages: 'Go on.' }, { callbacks });
    await crew().invoke({ messages: 'Go on.' }, { callbacks: manager });
    expect(ends).toHaveLength(1);
    expect([callbacks.length, manager.handlers.length]).toEqual([1, 1]);
    expect(counted()).toEqual([...WHOLE, ...WHOLE]);
  });

  it('is what each module system has a copy of', async () => {
    const report = await runProgram<object>('two-langchains.mjs');
    expect(report).toEqual({
      'an agent of the other copy': [],
      'an agent of this copy': ['esm'],
      both: ['esm', 'cjs'],
    });
  });
});

it('warns of a module that is another', () => {
  const logger = new RecordingLogger();
  Logger.overrideLogger(logger);
  instrumentLangChain({} as CallbackManagerModule);
  instrumentLangChain({ CallbackManager: class {} });
  expect(logger.warnings).toEqual(Array(2).fill(expect.stringContaining('@langchain/core/callbacks/manager')));
});

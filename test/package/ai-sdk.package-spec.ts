import { join } from 'node:path';
import { AI_SDK_PROGRAM } from './ai-sdk-program';
import { run } from './child-process';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

/** Everything by its types: the integration, the middleware for models of all specifications, the tools. */
const TYPES = `
import { generateText, registerTelemetry, tool, wrapLanguageModel, type LanguageModelMiddleware, type Telemetry, type Tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { agentMetricsMiddleware, agentMetricsTelemetry, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import { z } from 'zod';

registerTelemetry(agentMetricsTelemetry());
export const integration: Telemetry = agentMetricsTelemetry({ agent: 'crew' });
export const middleware: LanguageModelMiddleware = agentMetricsMiddleware();
export const model = wrapLanguageModel({ model: new MockLanguageModelV4(), middleware: agentMetricsMiddleware() });
const tools = trackedTools({
  length: tool({ inputSchema: z.object({ text: z.string() }), execute: async ({ text }) => text.length }),
});
export const typed: Tool<{ text: string }, number> = tools.length;
export const result = generateText({
  model,
  tools,
  prompt: 'Hi',
  telemetry: { functionId: 'writer', integrations: [agentMetricsTelemetry()] },
});
`;

/** What each story of the program returns, and what it leaves in the history. */
const EXPECTED: Readonly<Record<string, readonly unknown[]>> = {
  'an answer': [
    'Hello',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'agent writer in none: success 5 ms',
  ],
  'no functionId': ['Hello', 'model gpt-x@openai in none: success 5 ms tokens 30/10/2/7/3'],
  'no functionId in an agent': [
    'Hello',
    'model gpt-x@openai in outer: success 5 ms tokens 30/10/2/7/3',
    'agent outer in none: success 5 ms',
  ],
  'no functionId and the option agent': [
    'Hello',
    'model gpt-x@openai in fallback: success 5 ms tokens 30/10/2/7/3',
    'agent fallback in none: success 5 ms',
  ],
  'the option agent in an agent': [
    'Hello',
    'model gpt-x@openai in outer: success 5 ms tokens 30/10/2/7/3',
    'agent outer in none: success 5 ms',
  ],
  'a ToolLoopAgent': [
    'Hello',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'agent writer in none: success 5 ms',
  ],
  'telemetry that is off': ['Hello'],
  'a stream': [
    'ab',
    'model gpt-x@openai in writer: success 60 ms first 30 tokens 30/10/2/7/3',
    'agent writer in none: success 60 ms',
  ],
  'a tool': [
    'Done.',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'tool search in writer: success 20 ms',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'agent writer in none: success 30 ms',
  ],
  'a tracked tool': [
    'Done.',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'tool search in writer: success 20 ms',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'agent writer in none: success 30 ms',
  ],
  'a tool that throws, with outputs hidden': [
    'Done.',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'tool search in writer: error RangeError 0 ms',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'agent writer in none: success 10 ms',
  ],
  'a tool at its limit': [
    'Done.',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'tool slow in writer: timeout TimeoutError 50 ms',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'agent writer in none: success 60 ms',
  ],
  'a tool that streams, in a stream': [
    'Done.',
    'model gpt-x@openai in writer: success 40 ms first 30 tokens 30/10/2/7/3',
    'tool search in writer: success 6 ms',
    'model gpt-x@openai in writer: success 50 ms first 30 tokens 30/10/2/7/3',
    'agent writer in none: success 96 ms',
  ],
  'a tool in a stream, without functionId': [
    'Done.',
    'model gpt-x@openai in none: success 40 ms first 30 tokens 30/10/2/7/3',
    'tool search in none: success 0 ms',
    'model gpt-x@openai in none: success 50 ms first 30 tokens 30/10/2/7/3',
  ],
  'an agent and a tracked tool in a tool': [
    'Done.',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'tool inner in ask: success 0 ms',
    'model gpt-x@openai in expert: success 5 ms tokens 30/10/2/7/3',
    'agent expert in ask: success 5 ms',
    'tool ask in writer: success 5 ms',
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'agent writer in none: success 15 ms',
  ],
  'a model that fails': [
    'RangeError',
    'model gpt-x@openai in writer: error RangeError 0 ms',
    'agent writer in none: error RangeError 0 ms',
  ],
  'two retries': [
    'Hello',
    'model gpt-x@openai in writer: success 5 ms retries 2 tokens 30/10/2/7/3',
    'agent writer in none: success 5 ms',
  ],
  'retries that are used up, with inputs hidden': [
    'AI_RetryError',
    'model gpt-x@openai in writer: error AI_APICallError 0 ms retries 2',
    'agent writer in none: error AI_APICallError 0 ms',
  ],
  'a stream that is refused at first': [
    'a',
    'model gpt-x@openai in writer: success 50 ms retries 1 first 30 tokens 30/10/2/7/3',
    'agent writer in none: success 50 ms',
  ],
  'a stream that is made again': [
    'ab',
    'model gpt-x@openai in writer: success 90 ms retries 1 first 30 tokens 30/10/2/7/3',
    'agent writer in none: success 90 ms',
  ],
  'a stream with an error part': [
    'a',
    'model gpt-x@openai in writer: error RangeError 50 ms first 30 tokens 30/10/2/7/3',
    'agent writer in none: error RangeError 50 ms',
  ],
  'a stream that breaks': [
    'TypeError',
    'model gpt-x@openai in writer: error TypeError 30 ms first 30',
    'agent writer in none: error TypeError 30 ms',
  ],
  'an abort in a call, with inputs hidden': [
    'AbortError',
    'model gpt-x@openai in writer: cancelled 0 ms',
    'agent writer in none: cancelled 0 ms',
  ],
  'an abort in a stream': [
    'ab',
    'model gpt-x@openai in writer: cancelled 40 ms first 30',
    'agent writer in none: cancelled 40 ms',
  ],
  'a timeout in a stream': [
    'ab',
    'model gpt-x@openai in writer: timeout TimeoutError 40 ms first 30',
    'agent writer in none: timeout TimeoutError 40 ms',
  ],
  'an error as the reason of an abort': [
    'ab',
    'model gpt-x@openai in writer: cancelled 40 ms first 30',
    'agent writer in none: cancelled 40 ms',
  ],
  'an object': [
    1,
    'model gpt-x@openai in writer: success 5 ms tokens 30/10/2/7/3',
    'agent writer in none: success 5 ms',
  ],
  'an object that fails': [
    'RangeError',
    'model gpt-x@openai in writer: error RangeError 0 ms',
    'agent writer in none: error RangeError 0 ms',
  ],
  'a streamed object': [
    1,
    'model gpt-x@openai in writer: success 60 ms tokens 30/10/2/7/3',
    'agent writer in none: success 60 ms',
  ],
  'an embedding, retried': [[1], 'model embed-x@openai in none: success 4 ms retries 1 tokens 5/0/0/0/0'],
  'embeddings, at once': [
    [[1], [1]],
    'model embed-x@openai in none: success 0 ms tokens 5/0/0/0/0',
    'model embed-x@openai in none: success 0 ms tokens 5/0/0/0/0',
  ],
  'a stream that is left, collected': [
    null,
    'model gpt-x@openai in writer: cancelled 40 ms first 30',
    'agent writer in none: cancelled 40 ms',
  ],
};

let library: PackedLibrary;
let project: ScratchProject;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  const nest = ['common', 'core', 'testing'].map((name) => `@nestjs/${name}@12`);
  const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
  const tools = ['typescript@6.0', '@types/node@24', 'node@24'];
  const packages = [library.tarball, ...nest, ...peers, 'ai@7', 'zod@4', ...tools];
  project = await ScratchProject.install({ within: library.folder, packages, type: 'module' });
  project.write('program.mjs', AI_SDK_PROGRAM);
  project.write('types.ts', TYPES);
});

afterAll(() => library.remove());

type Report = Readonly<Record<string, readonly unknown[]>>;

async function reportOf(...flags: string[]): Promise<Report> {
  const node = join(project.folder, 'node_modules/.bin/node');
  const command = [node, '--expose-gc', 'program.mjs', ...flags] as const;
  const output = await run({ command, folder: project.folder }, 60_000);
  return JSON.parse(output.trim().split('\n').at(-1)!) as Report;
}

describe('AI SDK 7', () => {
  let report: Report;
  beforeAll(async () => {
    report = await reportOf();
  });

  it.each(Object.entries(EXPECTED))('counts %s', (name, expected) => {
    expect(report[name]).toEqual(expected);
  });

  it('is left alone after the application has closed, and rejects nothing behind our back', () => {
    expect(report['after the application has closed']).toEqual(['Hello', 0]);
    expect(report['unhandled']).toEqual([]);
    expect(Object.keys(report)).toHaveLength(Object.keys(EXPECTED).length + 2);
  });

  it('counts the same where the integration is registered twice', async () => {
    expect(await reportOf('--twice')).toEqual(report);
  });

  it('counts nothing twice where the models have the middleware, too', async () => {
    const seen = await reportOf('--with-middleware');
    // It is there where telemetry is off, and sees the first token of an object.
    const more = {
      'telemetry that is off': ['Hello', 'model gpt-x@openai in none: success 5 ms tokens 30/10/2/7/3'],
      'a streamed object': report['a streamed object']!.map((line) =>
        String(line).replace(/ms (?=tokens)/, 'ms first 30 '),
      ),
    };
    expect({ ...seen, 'a streamed object': seen['a streamed object']!.map(String) }).toEqual({ ...report, ...more });
  });

  it('takes all of it by its types', async () => {
    await project.run(
      'npx',
      'tsc',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      'types.ts',
    );
  });
});

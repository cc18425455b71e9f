import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { MetricsCollector } from '../src';
import type { DemoConfig } from '../src/demo/demo.config';
import { createDemo, startDemo } from '../src/demo/start-demo';
import { StartupError } from '../src/demo/startup.error';
import { Visitors } from '../src/demo/visitors';
import { settled } from '../src/testing';
import { closed, configOf, DemoApp, listening, portOf, writeDocuments, type DemoMetrics } from './support/demo-app';

const DOCUMENTS = {
  'README.md': '# Kettle\nThe kettle boils water in three minutes.\n\n## Cleaning\nClean the kettle with vinegar.\n',
  'docs/warranty.md': '# Warranty\nThe warranty lasts for two years.\n',
  'node_modules/toaster/README.md': '# Toaster\nThe toaster of somebody else.\n',
};

let docsDir: string;

beforeAll(async () => {
  docsDir = await writeDocuments(DOCUMENTS);
});

afterAll(() => rm(docsDir, { recursive: true }));

describe('the documentation crew', () => {
  let demo: DemoApp;

  beforeEach(async () => {
    demo = await DemoApp.start({ DOCS_DIR: docsDir });
  });

  afterEach(() => demo.stop());

  it('answers from the documents, with its sources', async () => {
    expect(await demo.ask('How do I clean the kettle?')).toEqual({
      question: 'How do I clean the kettle?',
      answer: 'Clean the kettle with vinegar. [1]\nThe kettle boils water in three minutes. [2]',
      sources: [
        { number: 1, id: 'README.md:4', heading: 'Cleaning' },
        { number: 2, id: 'README.md:1', heading: 'Kettle' },
      ],
      failures: [],
    });
  });

  it('quotes prose without its markup, and no code, tables or comments', async () => {
    const markdown =
      '# Steeping\n<!-- Steep it so. -->\n\n- Let *the* `tea` steep for [four](#4)\n  minutes.\n\n' +
      '| Steep it so. |\n\n```\nSteep it in code so.\n```\n\nTo steep it longer:\n';
    const folder = await writeDocuments({ 'tea.md': markdown });
    const tea = await DemoApp.start({ DOCS_DIR: folder });
    const { answer } = await tea.ask('How long does it steep?');
    await tea.stop();
    await rm(folder, { recursive: true });
    expect(answer).toBe('Let *the* tea steep for four minutes. [1]');
  });

  it('says so where the documents have nothing, and reads no installed packages', async () => {
    const { answer, sources } = await demo.ask('Who built the toaster?');
    expect({ answer, sources }).toEqual({ answer: 'The documentation has nothing on this.', sources: [] });
  });

  it('reads a section by its name and calculates', async () => {
    const { answer, sources } = await demo.ask('What does the section "warranty" say, and how much is 6 * 7?');
    expect(answer).toBe('6 * 7 = 42\n\nThe warranty lasts for two years. [1]');
    expect(sources).toEqual([{ number: 1, id: 'docs/warranty.md:1', heading: 'Warranty' }]);
  });

  it('tells what it does, event by event, and the same answer as when asked', async () => {
    const question = 'How long does the warranty last? Calculate 6 * (7 + bananas)';
    const events = await demo.events(question);
    const texts = events.filter(({ type }) => type === 'text').map(({ data }) => data.text);
    expect(texts.join('')).toBe('The warranty lasts for two years. [1]');
    expect(events.map(({ type, data }) => [type, data.agent ?? data.tool])).toEqual([
      ['agent_start', 'planner'],
      ['agent_response', 'planner'],
      ['agent_start', 'researcher'],
      ['tool_start', 'search_docs'],
      ['tool_result', 'search_docs'],
      ['tool_start', 'calculate'],
      ['tool_result', 'calculate'],
      ['tool_start', 'read_section'],
      ['tool_result', 'read_section'],
      ['agent_response', 'researcher'],
      ['agent_start', 'writer'],
      ...texts.map(() => ['text', undefined]),
      ['agent_response', 'writer'],
      ['done', undefined],
    ]);
    expect(events[6]?.data).toMatchObject({ error: expect.stringContaining('bananas') as string });
    expect(events.at(-1)?.data).toEqual(await demo.ask(question));
  });

  it('counts each question as one request and each tool under the agent that used it', async () => {
    await demo.ask('How long does the warranty last?');
    await demo.events('How long does the warranty last?');
    const { system_metrics, agent_metrics, cache_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 2, successful_requests: 2, requests_in_progress: 0 });
    for (const agent of ['crew', 'planner', 'researcher', 'writer']) {
      expect(agent_metrics[agent]).toMatchObject({ execution_count: 2, success_count: 2 });
    }
    expect(agent_metrics.researcher?.tool_metrics).toMatchObject({
      search_docs: { execution_count: 2, success_count: 2 },
      read_section: { execution_count: 2, success_count: 2 },
    });
    expect(cache_metrics.search).toEqual({ hits: 1, misses: 1, hit_rate: 0.5 });
  });

  it('reports a tool that fails, counts and logs it, although the question is answered', async () => {
    const { answer, failures } = await demo.ask('What does the section "Clening" say? Calculate 6 * (7 + bananas)');
    const error = '"6 * (7 + bananas)" cannot be calculated: Undefined symbol bananas.';
    expect(answer).toBe(`read_section failed: There is no section "Clening".\n\ncalculate failed: ${error}`);
    expect(failures[1]).toEqual({ tool: 'calculate', input: '6 * (7 + bananas)', error });
    const { system_metrics, tool_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, successful_requests: 1 });
    expect(tool_metrics.calculate).toMatchObject({ execution_count: 1, error_count: 1 });
    expect(tool_metrics.read_section).toMatchObject({ execution_count: 1, error_count: 1 });
    expect(demo.warnings).toEqual([
      expect.stringMatching(/^read_section of researcher: SectionNotFoundError after \d+ ms \(/),
      expect.stringMatching(/^calculate of researcher: CalculationError after \d+ ms \(/),
    ]);
  });

  it('counts the words that its two models read and write as their tokens, under the agents, with their cost', async () => {
    await demo.ask('How do I clean the kettle?');
    const { model_metrics, agent_metrics, system_metrics } = await demo.metrics();
    const small = { calls: 1, input_tokens: 37, output_tokens: 2, cost_usd: 0.0000225, unpriced_calls: 0 };
    const large = { calls: 1, input_tokens: 62, output_tokens: 14, cost_usd: 0.00066, unpriced_calls: 0 };
    expect(model_metrics).toMatchObject({
      'embedded-small': { provider: 'embedded', success_count: 1, token_usage: small },
      'embedded-large': { provider: 'embedded', success_count: 1, token_usage: large },
    });
    expect(agent_metrics.planner?.token_usage).toMatchObject(small);
    expect(agent_metrics.writer?.token_usage).toMatchObject(large);
    expect(system_metrics.token_usage).toMatchObject({ calls: 2, total_tokens: 115, cost_usd: 0.0006825 });
  });

  it('measures what its tools are given and what they return', async () => {
    await demo.ask('How much is 6 * 7?');
    expect((await demo.metrics()).tool_metrics.calculate).toMatchObject({ input_bytes: 5, output_bytes: 2 });
  });

  it('passes on what an expert answers', async () => {
    const events = (await demo.stream('Ask an expert about tea')).body!;
    let heard = '';
    for await (const chunk of events.pipeThrough(new TextDecoderStream())) {
      heard += chunk;
      if (chunk.includes('tool_start'))
        expect((await demo.post('expert', { answer: 'Four minutes.' })).status).toBe(204);
    }
    expect(heard).toContain('"result":"An expert says: Four minutes."');
    expect((await demo.metrics()).tool_metrics.ask_expert).toMatchObject({ execution_count: 1, success_count: 1 });
  });

  it.each([
    ['no body', undefined],
    ['a body without one', {}],
    ['a blank one', { question: '  ' }],
    ['a number', { question: 7 }],
    ['a very long one', { question: 'x'.repeat(501) }],
  ])('answers 400 where %s is sent for a question', async (_, body) => {
    const response = await demo.post('ask', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/question/) as string });
  });

  it('does not stream without a question', async () => {
    expect((await demo.stream('')).status).toBe(400);
    expect((await demo.metrics()).system_metrics.total_requests).toBe(0);
  });
});

describe('with an expert who is not there', () => {
  let demo: DemoApp;

  afterEach(() => demo.stop());

  it('ends the tool at its limit and says so in the answer', async () => {
    demo = await DemoApp.start({ DOCS_DIR: docsDir }, { timeouts: { perTool: { ask_expert: 20 } } });
    const { answer, failures } = await demo.ask('Ask an expert about tea, and how much is 6 * 7?');
    const error = 'The tool "ask_expert" took longer than 20 ms.';
    expect({ answer, failures }).toEqual({
      answer: `6 * 7 = 42\n\nask_expert failed: ${error}`,
      failures: [{ tool: 'ask_expert', input: 'about tea', error }],
    });
    const { system_metrics, tool_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, successful_requests: 1 });
    expect(tool_metrics.ask_expert).toMatchObject({ execution_count: 1, timeout_count: 1, in_progress: 0 });
    expect(demo.warnings).toEqual([expect.stringMatching(/^ask_expert of researcher: TimeoutError after \d+ ms \(/)]);
  });

  it('stops at once when the tools have had their time together', async () => {
    demo = await DemoApp.start({ DOCS_DIR: docsDir }, { timeouts: { sequenceMs: 20 } });
    const { failures } = await demo.ask('Ask an expert about tea. Ask an expert about milk.');
    expect(failures.map(({ input }) => input)).toEqual(['about tea', 'about milk']);
    expect((await demo.metrics()).tool_metrics.ask_expert).toMatchObject({ execution_count: 2, timeout_count: 2 });
  });
});

describe('with a model behind an OpenAI-compatible server', () => {
  let server: Server;
  let environment: NodeJS.ProcessEnv;
  let requests: { readonly authorization?: string; readonly body: string }[];
  let respond: (response: ServerResponse) => void;
  let demo: DemoApp;

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        requests.push({ authorization: request.headers.authorization, body });
        respond(response);
      });
    });
    await listening(server);
    const baseUrl = `http://localhost:${portOf(server)}/v1`;
    environment = { DOCS_DIR: docsDir, OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'k3y', OPENAI_MODEL: 'm1' };
    demo = await DemoApp.start(environment);
  });

  afterEach(async () => {
    await demo.stop();
    server.closeAllConnections();
    await closed(server);
  });

  async function restart(more: NodeJS.ProcessEnv, overrides?: Partial<DemoConfig>): Promise<void> {
    await demo.stop();
    demo = await DemoApp.start({ ...environment, ...more }, overrides);
  }

  function replyWith(usage: object | undefined, ...contents: string[]): void {
    respond = (response) => {
      const content = contents.shift();
      const isStream = requests.at(-1)!.body.includes(`"stream":true`);
      const answer = { choices: [{ message: { content }, delta: { content }, finish_reason: 'stop' }], usage };
      if (isStream) response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(isStream ? `data: ${JSON.stringify(answer)}\n\ndata: [DONE]\n\n` : JSON.stringify(answer));
    };
  }

  const NEXT_REQUEST = () => new Promise<ServerResponse>((resolve) => (respond = resolve));

  it('searches for what the model suggests, and answers in its words', async () => {
    replyWith(undefined, 'warranty\ncleaning kettle\n', 'Two years [1].');
    expect(await demo.ask('How long do I have it?')).toMatchObject({
      answer: 'Two years [1].',
      sources: [{ number: 1, id: 'docs/warranty.md:1' }],
    });
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer k3y', 'Bearer k3y']);
    const [, { body } = { body: '' }] = requests;
    expect(JSON.parse(body)).toMatchObject({ model: 'm1', messages: [{ role: 'system' }, { role: 'user' }] });
    expect(body).toContain('[1] Warranty\\nThe warranty lasts for two years.');
    expect(body).toContain('Question: How long do I have it?');
  });

  it.each([
    ['refuses', 'HTTP 401', (response: ServerResponse) => response.writeHead(401).end()],
    [
      'answers something else',
      'Invalid JSON response',
      (response: ServerResponse) => response.end('<html>Welcome</html>'),
    ],
    ['has no answer', 'Invalid JSON response', (response: ServerResponse) => response.end('{}')],
  ])('answers 502 where the server %s', async (_, reason, answer) => {
    respond = answer;
    const response = await demo.post('ask', { question: 'How long does the warranty last?' });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining(`gave no answer: ${reason}`) as string,
    });
    expect((await demo.metrics()).model_metrics.m1).toMatchObject({ execution_count: 1, error_count: 1 });
    expect(demo.warnings).toEqual([expect.stringMatching(/^m1 of planner: AI_APICallError after \d+ ms \(/)]);
  });

  it('counts its tokens without a cost as long as nobody says what they cost', async () => {
    replyWith({ prompt_tokens: 100, completion_tokens: 7 }, 'warranty', 'Two years [1].');
    await demo.ask('How long do I have it?');
    expect((await demo.metrics()).model_metrics.m1).toMatchObject({
      provider: 'openai',
      token_usage: { calls: 2, input_tokens: 200, output_tokens: 14, cost_usd: 0, unpriced_calls: 2 },
    });
  });

  it('knows what the tokens cost, cached and reasoning ones among them, once it is told', async () => {
    await restart({ OPENAI_INPUT_PRICE: '2.50', OPENAI_OUTPUT_PRICE: '10' });
    const usage = {
      prompt_tokens: 100_000,
      prompt_tokens_details: { cached_tokens: 64_000 },
      completion_tokens: 5_000,
      completion_tokens_details: { reasoning_tokens: 4_000 },
    };
    replyWith(usage, 'warranty', 'Two years [1].');
    await demo.ask('How long do I have it?');
    expect((await demo.metrics()).model_metrics.m1?.token_usage).toMatchObject({
      calls: 2,
      input_tokens: 200_000,
      cached_input_tokens: 128_000,
      output_tokens: 10_000,
      reasoning_tokens: 8_000,
      cost_usd: 0.6,
      unpriced_calls: 0,
    });
  });

  it('stops the model when the client leaves the stream', async () => {
    const client = new AbortController();
    const asked = NEXT_REQUEST();
    await demo.stream('How long does the warranty last?', client.signal);
    const stopped = once(await asked, 'close');
    client.abort();
    await stopped;
    const { system_metrics, agent_metrics, model_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, cancelled_requests: 1, requests_in_progress: 0 });
    expect(agent_metrics.planner).toMatchObject({ cancelled_count: 1 });
    expect(model_metrics.m1).toMatchObject({ cancelled_count: 1 });
    expect([demo.errors, demo.warnings]).toEqual([[], []]);
  });

  it('ends an agent at its limit with a 504, and the call of the model with it', async () => {
    await restart({}, { timeouts: { agentMs: 50 } });
    const asked = NEXT_REQUEST();
    const answered = demo.post('ask', { question: 'How long does the warranty last?' });
    await once(await asked, 'close');
    const response = await answered;
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ message: 'The agent "planner" took longer than 50 ms.' });
    const { system_metrics, agent_metrics, model_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, failed_requests: 1, requests_in_progress: 0 });
    expect(agent_metrics).toMatchObject({ crew: { timeout_count: 1 }, planner: { timeout_count: 1 } });
    expect(model_metrics.m1).toMatchObject({ timeout_count: 1 });
  });

  it('says that the server cannot be reached, ends a stream with it, and goes on', async () => {
    const unused = await listening(createServer());
    const baseUrl = `http://127.0.0.1:${portOf(unused)}/v1`;
    await closed(unused);
    await restart({ OPENAI_BASE_URL: baseUrl });
    const events = await demo.events('How long does the warranty last?');
    const message = 'The model gave no answer: ECONNREFUSED.';
    expect(events).toEqual([
      { type: 'agent_start', data: { agent: 'planner' } },
      { type: 'error', data: message },
    ]);
    expect((await demo.ask('Calculate 6 * 7')).answer).toBe('6 * 7 = 42');
  });
});

describe('the start', () => {
  let output: string;

  beforeEach(() => {
    output = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => (output += String(chunk)) !== '');
  });

  afterEach(() => jest.restoreAllMocks());

  it('asks the crew three questions, one of which fails a tool, and says where to look', async () => {
    const app = await startDemo({ PORT: '0', DOCS_DIR: docsDir, VISIT_EVERY_MS: '0' });
    const url = `http://localhost:${portOf(app.getHttpServer() as Server)}`;
    const metrics = (await (await fetch(`${url}/metrics`)).json()) as DemoMetrics;
    await app.close();
    for (const path of ['', '/dashboard', '/history', '/running', '/trends', '?format=prometheus']) {
      expect(output).toContain(`${url}/metrics${path}\n`);
    }
    expect(metrics.system_metrics).toMatchObject({ total_requests: 3, successful_requests: 3 });
    expect(metrics.tool_metrics).toMatchObject({
      search_docs: { success_count: 2 },
      calculate: { success_count: 1, error_count: 1 },
    });
  });

  it('is visited by others, until it closes', async () => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setTimeout'],
    });
    const app = await createDemo(configOf({ DOCS_DIR: docsDir }), { logger: false });
    await app.init();
    await app.get(Visitors).invite(1_000);
    jest.advanceTimersByTime(15_000);
    await settled(app);
    const collector = app.get(MetricsCollector);
    expect(collector.getSystemMetrics().totalRequests).toBe(3 + 15);
    expect(collector.getToolMetrics('read_section')?.errorCount).toBe(2);
    expect(collector.getToolMetrics('calculate')).toMatchObject({ successCount: 4, errorCount: 3 });
    expect(collector.getSystemMetrics().cacheHits).toBeGreaterThan(0);
    await app.close();
    jest.advanceTimersByTime(15_000);
    await settled(app);
    expect(collector.getSystemMetrics().totalRequests).toBe(18);
    jest.useRealTimers();
  });

  it("reads this project's guides by default", async () => {
    const demo = await DemoApp.start({});
    const { sources } = await demo.ask('How do I limit a tool?');
    await demo.stop();
    expect(sources).toContainEqual(expect.objectContaining({ heading: 'Limit a tool or an agent' }));
  });

  it('is refused in one line where the port is taken', async () => {
    const server = await listening(createServer());
    const port = portOf(server);
    await expect(startDemo({ PORT: String(port), DOCS_DIR: docsDir })).rejects.toEqual(
      new StartupError(`Port ${port} cannot be used (EADDRINUSE): set PORT to another one.`),
    );
    await closed(server);
  });

  it('is refused in one line where the folder has no documents', async () => {
    const empty = await mkdtemp(join(docsDir, 'empty-'));
    await expect(startDemo({ PORT: '0', DOCS_DIR: empty })).rejects.toEqual(
      new StartupError(`There is no Markdown with headings below ${empty}.`),
    );
    expect(output).toBe('');
  });
});

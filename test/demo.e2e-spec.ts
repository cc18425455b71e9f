import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { MetricsCollector } from '../src';
import type { DemoConfig } from '../src/demo/demo.config';
import { startDemo } from '../src/demo/start-demo';
import { StartupError } from '../src/demo/startup.error';
import { closed, DemoApp, listening, portOf, writeDocuments, type DemoMetrics } from './support/demo-app';

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
      answer: expect.stringContaining('Clean the kettle with vinegar. [1]') as string,
      sources: expect.arrayContaining([
        { number: 1, title: 'Kettle', path: 'README.md', section: 'Cleaning', id: 'README.md#cleaning' },
      ]) as unknown,
      failures: [],
      model: {
        name: 'extractive',
        provider: 'embedded',
        calls: 2,
        inputTokens: 24,
        cachedInputTokens: 0,
        outputTokens: 16,
        reasoningTokens: 0,
      },
    });
  });

  it('says so where the documents have nothing, and reads no installed packages in a folder of documents', async () => {
    const { answer, sources } = await demo.ask('Who built the toaster?');
    expect({ answer, sources }).toEqual({ answer: 'The documentation has nothing on this.', sources: [] });
  });

  it('reads a section by its name and calculates', async () => {
    const { answer, sources } = await demo.ask('What does the section "Warranty" say, and how much is 6 * 7?');
    expect(answer).toBe('6 * 7 = 42\n\nThe warranty lasts for two years. [1]');
    expect(sources.map(({ id }) => id)).toEqual(['docs/warranty.md#warranty']);
  });

  it('tells what it does, event by event', async () => {
    const events = await demo.events('How long does the warranty last? Calculate 6 * (7 + bananas)');
    expect(events.map(({ type, data }) => [type, data.agent ?? data.tool])).toEqual([
      ['start', undefined],
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
      ['agent_response', 'writer'],
      ['done', undefined],
    ]);
    expect(events[7]?.data).toMatchObject({
      input: '6 * (7 + bananas)',
      error: expect.stringContaining('bananas') as string,
    });
  });

  it('streams the answer that it gives when asked', async () => {
    const question = 'How long does the warranty last?';
    const events = await demo.events(question);
    expect(events.at(-1)?.data).toEqual(await demo.ask(question));
  });

  it('counts each question as one request and each tool under the agent that used it', async () => {
    await demo.ask('How long does the warranty last?');
    await demo.events('How long does the warranty last?');
    const { system_metrics, agent_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 2, successful_requests: 2, requests_in_progress: 0 });
    for (const agent of ['crew', 'planner', 'researcher', 'writer']) {
      expect(agent_metrics[agent]).toMatchObject({ execution_count: 2, success_count: 2 });
    }
    expect(agent_metrics.researcher?.tool_metrics).toMatchObject({
      search_docs: { execution_count: 2, success_count: 2 },
      read_section: { execution_count: 2, success_count: 2 },
    });
  });

  it('reports a tool that fails and counts it, although the question is answered', async () => {
    const { answer, failures } = await demo.ask('Calculate 6 * (7 + bananas)');
    expect(answer).toContain('calculate failed: "6 * (7 + bananas)" cannot be calculated');
    expect(failures).toEqual([{ tool: 'calculate', input: '6 * (7 + bananas)', error: expect.any(String) as string }]);
    const { system_metrics, tool_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, successful_requests: 1 });
    expect(tool_metrics.calculate).toMatchObject({ execution_count: 1, error_count: 1 });
  });

  it('looks everywhere for a section that does not exist, and fails', async () => {
    const { answer } = await demo.ask('What does the section "Clening" of README.md say?');
    expect(answer).toMatch(
      /^read_section failed: there is no section "README.md#Clening"; the closest are README.md#cl/,
    );
    expect((await demo.metrics()).tool_metrics.read_section).toMatchObject({ execution_count: 1, error_count: 1 });
  });

  it('remembers what was found, and counts hits and misses', async () => {
    await demo.ask('How long does the warranty last?');
    expect((await demo.metrics()).cache_metrics.search).toEqual({ hits: 0, misses: 1, hit_rate: 0 });
    await demo.ask('How long does the warranty last?');
    expect((await demo.metrics()).cache_metrics.search).toEqual({ hits: 1, misses: 1, hit_rate: 0.5 });
  });

  it('counts the words that the embedded model reads and writes as its tokens, under the agents, at no cost', async () => {
    await demo.ask('How do I clean the kettle?');
    const { model_metrics, agent_metrics, system_metrics } = await demo.metrics();
    const tokens = { calls: 2, input_tokens: 24, output_tokens: 16, total_tokens: 40, cost_usd: 0, unpriced_calls: 0 };
    expect(model_metrics).toEqual({ extractive: expect.objectContaining({ provider: 'embedded' }) as unknown });
    expect(model_metrics.extractive).toMatchObject({ execution_count: 2, success_count: 2, token_usage: tokens });
    expect(agent_metrics.planner?.token_usage).toMatchObject({ calls: 1, input_tokens: 6, output_tokens: 2 });
    expect(agent_metrics.writer?.token_usage).toMatchObject({ calls: 1, input_tokens: 18, output_tokens: 14 });
    expect(system_metrics.token_usage).toMatchObject(tokens);
  });

  it('measures what its tools are given and what they return', async () => {
    await demo.ask('How much is 6 * 7?');
    expect((await demo.metrics()).tool_metrics.calculate).toMatchObject({ input_bytes: 5, output_bytes: 2 });
  });

  it('remembers each question as one request, and how it went of late', async () => {
    await demo.ask('Calculate 6 * 7');
    const executions = await demo.history();
    expect(executions.map(({ kind, agent_id, tool_name }) => [kind, agent_id, tool_name])).toEqual([
      ['agent', 'crew', null],
      ['agent', 'writer', null],
      ['agent', 'researcher', null],
      ['tool', 'researcher', 'calculate'],
      ['agent', 'planner', null],
    ]);
    expect(new Set(executions.map(({ request_id }) => request_id)).size).toBe(1);
    const trends: unknown = await (await fetch(`${demo.url}/metrics/trends`)).json();
    expect(trends).toMatchObject({ window: '15m', system: { count: 1 }, tools: { calculate: { count: 1 } } });
  });

  it('logs a tool that failed, since nobody else does', async () => {
    await demo.ask('Calculate 6 * (7 + bananas)');
    await demo.ask('Calculate 6 * 7');
    expect(demo.warnings).toEqual([
      expect.stringMatching(/^calculate of researcher: CalculationError after \d+ ms \(/),
    ]);
  });

  it.each([
    ['no body', undefined],
    ['a body without one', {}],
    ['an empty one', { question: '' }],
    ['a blank one', { question: '  ' }],
    ['a number', { question: 7 }],
    ['a very long one', { question: 'x'.repeat(501) }],
  ])('answers 400 where %s is sent for a question', async (_, body) => {
    const response = await demo.post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/question/) as string });
  });

  it('does not stream without a question', async () => {
    expect((await demo.stream('')).status).toBe(400);
    expect((await demo.metrics()).system_metrics.total_requests).toBe(0);
  });
});

describe('with documents that take longer to search through than the limits allow', () => {
  let largeDocsDir: string;
  let demo: DemoApp;

  beforeAll(async () => {
    // Each takes some ten milliseconds, and it is between them that a search can be stopped.
    const sections = Array.from(
      { length: 20 },
      (_, part) => `# Part ${part}\n${'All work and no play. '.repeat(5_000)}`,
    );
    largeDocsDir = await writeDocuments(Object.fromEntries(sections.map((text, part) => [`${part}.md`, text])));
  });

  afterAll(() => rm(largeDocsDir, { recursive: true }));

  afterEach(() => demo.stop());

  it('ends the tool at its limit and says so in the answer', async () => {
    demo = await DemoApp.start({ DOCS_DIR: largeDocsDir }, { perTool: { read_section: 20 } });
    const { answer, failures } = await demo.ask('What does the section "Teleportation" say, and how much is 6 * 7?');
    expect(answer).toBe('6 * 7 = 42\n\nread_section failed: it has taken longer than 20 ms.');
    expect(failures).toEqual([{ tool: 'read_section', input: 'Teleportation', error: expect.any(String) as string }]);
    const { system_metrics, tool_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, successful_requests: 1 });
    expect(tool_metrics.read_section).toMatchObject({ execution_count: 1, timeout_count: 1, in_progress: 0 });
    expect(demo.warnings).toEqual([expect.stringMatching(/^read_section of researcher: TimeoutError after \d+ ms \(/)]);
  });

  it('stops at once when the tools have had their time together', async () => {
    demo = await DemoApp.start({ DOCS_DIR: largeDocsDir }, { sequenceMs: 20 });
    const { failures } = await demo.ask(
      'What do the section "Teleportation" and the section "Antigravity" say, and how much is 6 * 7?',
    );
    const error = 'all tools together have taken longer than 20 ms';
    expect(failures).toEqual([
      { tool: 'read_section', input: 'Teleportation', error },
      { tool: 'read_section', input: 'Antigravity', error },
      { tool: 'calculate', input: '6 * 7', error },
    ]);
    const { tool_metrics } = await demo.metrics();
    expect(tool_metrics.read_section).toMatchObject({ execution_count: 2, timeout_count: 2 });
    expect(tool_metrics.calculate).toMatchObject({ execution_count: 1, timeout_count: 1 });
  });
});

describe('with a model behind an OpenAI-compatible server', () => {
  let server: Server;
  let environment: NodeJS.ProcessEnv;
  let usage: unknown;
  let requests: { readonly authorization?: string; readonly body: string }[];
  let respond: (request: IncomingMessage, response: ServerResponse) => void;
  let demo: DemoApp;

  beforeEach(async () => {
    requests = [];
    usage = { prompt_tokens: 100, completion_tokens: 7 };
    server = createServer((request, response) => {
      void text(request).then((body) => {
        requests.push({ authorization: request.headers.authorization, body });
        respond(request, response);
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

  async function restart(more: NodeJS.ProcessEnv, timeouts?: DemoConfig['timeouts']): Promise<void> {
    await demo.stop();
    demo = await DemoApp.start({ ...environment, ...more }, timeouts);
  }

  function replyWith(...contents: string[]): void {
    respond = (_, response) => complete(response, contents.shift());
  }

  function complete(response: ServerResponse, content?: string): void {
    const message = { role: 'assistant', content };
    response.end(JSON.stringify({ choices: [{ message }], usage }));
  }

  it('searches for what the model suggests, answers in its words and adds up its tokens', async () => {
    replyWith('1. "warranty"\n2. cleaning kettle\n', 'Two years [1].');
    const answer = await demo.ask('How long do I have it?');
    expect(answer).toMatchObject({
      answer: 'Two years [1].',
      sources: [{ number: 1, id: 'docs/warranty.md#warranty' }],
      model: { name: 'm1', provider: 'openai', calls: 2, inputTokens: 200, outputTokens: 14 },
    });
  });

  it('sends the key, the model, the question and the passages', async () => {
    replyWith('warranty', 'Two years [1].');
    await demo.ask('How long do I have it?');
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer k3y', 'Bearer k3y']);
    const [, { body } = { body: '' }] = requests;
    expect(JSON.parse(body)).toMatchObject({ model: 'm1', messages: [{ role: 'system' }, { role: 'user' }] });
    expect(body).toContain('[1] Warranty / Warranty\\nThe warranty lasts for two years.');
    expect(body).toContain('How long do I have it?');
  });

  it("passes the server's refusal on as a 502", async () => {
    respond = (_, response) => response.writeHead(401).end(JSON.stringify({ error: { message: 'No such\nkey.' } }));
    const response = await demo.post({ question: 'How long does the warranty last?' });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      message: expect.stringMatching(/m1 .*: HTTP 401, No such key\.$/) as string,
    });
  });

  it('does not make an answer of something else', async () => {
    respond = (_, response) => response.end('<html>Welcome</html>');
    expect((await demo.post({ question: 'How long does the warranty last?' })).status).toBe(502);
  });

  it('counts its calls without a cost as long as nobody says what they cost', async () => {
    replyWith('warranty', 'Two years [1].');
    await demo.ask('How long do I have it?');
    const { model_metrics } = await demo.metrics();
    expect(model_metrics.m1).toMatchObject({
      provider: 'openai',
      success_count: 2,
      token_usage: { calls: 2, input_tokens: 200, output_tokens: 14, cost_usd: 0, unpriced_calls: 2 },
    });
  });

  it('asks again where the server is too busy, and counts both the failed call and the retry', async () => {
    const answers = ['warranty', 'Two years [1].'];
    respond = (_, response) => {
      if (requests.length === 1) response.writeHead(503).end();
      else complete(response, answers.shift());
    };
    expect((await demo.ask('How long do I have it?')).answer).toBe('Two years [1].');
    const { agent_metrics, model_metrics } = await demo.metrics();
    expect(model_metrics.m1).toMatchObject({ execution_count: 3, success_count: 2, error_count: 1 });
    expect(agent_metrics.planner).toMatchObject({ success_count: 1, retry_count: 1 });
    expect(agent_metrics.writer).toMatchObject({ success_count: 1, retry_count: 0 });
  });

  it('does not ask again where the server refuses', async () => {
    respond = (_, response) => response.writeHead(401).end();
    await demo.post({ question: 'How long does the warranty last?' });
    const { agent_metrics, model_metrics } = await demo.metrics();
    expect(model_metrics.m1).toMatchObject({ execution_count: 1, error_count: 1 });
    expect(agent_metrics.planner).toMatchObject({ error_count: 1, retry_count: 0 });
  });

  it('stops the model when the client leaves the stream', async () => {
    const client = new AbortController();
    const asked = new Promise<ServerResponse>((resolve) => {
      respond = (_, response) => resolve(response);
    });
    await demo.stream('How long does the warranty last?', client.signal);
    const stopped = once(await asked, 'close');
    client.abort();
    await stopped;
    const { system_metrics, agent_metrics, model_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, cancelled_requests: 1, requests_in_progress: 0 });
    expect(agent_metrics.planner).toMatchObject({ cancelled_count: 1 });
    expect(model_metrics.m1).toMatchObject({ cancelled_count: 1 });
    expect(demo.errors).toEqual([]);
  });

  it('knows what the tokens cost, cached and reasoning ones among them, once it is told', async () => {
    await restart({ OPENAI_INPUT_PRICE: '2.50', OPENAI_OUTPUT_PRICE: '10' });
    usage = {
      prompt_tokens: 100_000,
      prompt_tokens_details: { cached_tokens: 64_000 },
      completion_tokens: 5_000,
      completion_tokens_details: { reasoning_tokens: 4_000 },
    };
    replyWith('warranty', 'Two years [1].');
    await demo.ask('How long do I have it?');
    const { model_metrics } = await demo.metrics();
    expect(model_metrics.m1?.token_usage).toEqual({
      calls: 2,
      input_tokens: 200_000,
      cached_input_tokens: 128_000,
      cache_write_tokens: 0,
      output_tokens: 10_000,
      reasoning_tokens: 8_000,
      total_tokens: 210_000,
      cost_usd: 0.6,
      unpriced_calls: 0,
    });
  });

  it('ends an agent at its limit with a 504, and the call of the model with it', async () => {
    await restart({}, { agentMs: 50 });
    const asked = new Promise<ServerResponse>((resolve) => {
      respond = (_, response) => resolve(response);
    });
    const answered = demo.post({ question: 'How long does the warranty last?' });
    await once(await asked, 'close');
    const response = await answered;
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ message: 'The agent "planner" took longer than 50 ms.' });
    const { system_metrics, agent_metrics, model_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, failed_requests: 1, requests_in_progress: 0 });
    expect(agent_metrics).toMatchObject({ crew: { timeout_count: 1 }, planner: { timeout_count: 1 } });
    expect(model_metrics.m1).toMatchObject({ timeout_count: 1 });
  });

  it('ends the stream with an error when an agent reaches its limit', async () => {
    await restart({}, { agentMs: 50 });
    respond = () => undefined;
    const [error] = (await demo.events('How long does the warranty last?')).slice(-1);
    expect(error).toEqual({
      type: 'error',
      data: { statusCode: 504, message: 'The agent "planner" took longer than 50 ms.' },
    });
  });
});

describe('with a model that cannot be reached', () => {
  let demo: DemoApp;

  let baseUrl: string;

  beforeEach(async () => {
    const server = await listening(createServer());
    baseUrl = `http://127.0.0.1:${portOf(server)}/v1`;
    await closed(server);
    demo = await DemoApp.start({ DOCS_DIR: docsDir, OPENAI_BASE_URL: baseUrl });
  });

  afterEach(() => demo.stop());

  it('says so with a 502 and one line in the log, and goes on', async () => {
    const response = await demo.post({ question: 'How long does the warranty last?' });
    const message = `The model gpt-4o-mini at ${baseUrl} cannot be reached: ECONNREFUSED.`;
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ statusCode: 502, message });
    expect(demo.errors).toEqual([`"How long does the warranty last?": ${message}`]);
    expect((await demo.ask('Calculate 6 * 7')).answer).toBe('6 * 7 = 42');
    const { system_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 2, failed_requests: 1, successful_requests: 1 });
  });

  it('ends the stream with an error', async () => {
    const events = await demo.events('How long does the warranty last?');
    expect(events.map(({ type }) => type)).toEqual(['start', 'agent_start', 'error']);
    expect(events[2]?.data).toEqual({ statusCode: 502, message: expect.stringContaining('ECONNREFUSED') as string });
  });
});

describe('the start', () => {
  let output: string;

  beforeEach(() => {
    output = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => (output += String(chunk)) !== '');
  });

  afterEach(() => jest.restoreAllMocks());

  it('has the crew ask itself three questions, one of which fails a tool, and says where to look', async () => {
    const app = await startDemo({ PORT: '0', DOCS_DIR: docsDir });
    const url = `http://localhost:${portOf(app.getHttpServer() as Server)}`;
    const metrics = (await (await fetch(`${url}/metrics`)).json()) as DemoMetrics;
    await app.close();
    for (const path of ['', '/dashboard', '/history', '/running', '/trends', '?format=prometheus']) {
      expect(output).toContain(`${url}/metrics${path}\n`);
    }
    expect(metrics.system_metrics).toMatchObject({ total_requests: 3, successful_requests: 3 });
    expect(metrics.tool_metrics).toMatchObject({
      search_docs: { success_count: 1 },
      calculate: { success_count: 1, error_count: 1 },
    });
    expect(metrics.model_metrics.extractive).toMatchObject({ success_count: 3 });
  });

  it('is visited by others, until it closes', async () => {
    const app = await startDemo({ PORT: '0', DOCS_DIR: docsDir, VISIT_EVERY_MS: '1' });
    const collector = app.get(MetricsCollector);
    while (collector.getSystemMetrics().totalRequests < 20) await setTimeout(5);
    expect(collector.getToolMetrics('read_section')?.errorCount).toBeGreaterThan(0);
    expect(collector.getToolMetrics('calculate')?.successCount).toBeGreaterThan(1);
    await app.close();
    const { totalRequests } = collector.getSystemMetrics();
    await setTimeout(50);
    expect(collector.getSystemMetrics().totalRequests).toBe(totalRequests);
  });

  it("reads this project's documents and its packages' by default", async () => {
    const demo = await DemoApp.start({});
    const { sources } = await demo.ask('How do I observe a histogram with prom-client?');
    await demo.stop();
    expect(sources).toContainEqual(expect.objectContaining({ path: 'node_modules/prom-client/README.md' }));
  }, 30_000);

  it('is refused in one line where the port is taken', async () => {
    const server = await listening(createServer());
    const port = portOf(server);
    await expect(startDemo({ PORT: String(port), DOCS_DIR: docsDir })).rejects.toEqual(
      new StartupError(`Port ${port} cannot be used, something else listens there: set PORT to another one.`),
    );
    await closed(server);
    expect(output).toBe('');
  });

  it('is refused in one line where the folder of documents is missing or has none', async () => {
    await expect(startDemo({ DOCS_DIR: '/no/such/folder' })).rejects.toEqual(
      new StartupError('DOCS_DIR=/no/such/folder does not exist: give a folder with Markdown files.'),
    );
    const empty = await mkdtemp(join(docsDir, 'empty-'));
    await expect(startDemo({ PORT: '0', DOCS_DIR: empty })).rejects.toEqual(
      new StartupError(`There is no text in any Markdown file (*.md) below ${empty}.`),
    );
    expect(output).toBe('');
  });
});

import type { INestApplication } from '@nestjs/common';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CrewAnswer } from '../src/demo/crew/crew-answer';
import { readDemoConfig } from '../src/demo/demo.config';
import { createDemo, startDemo } from '../src/demo/start-demo';
import { StartupError } from '../src/demo/startup.error';

const DOCUMENTS = {
  'README.md': '# Kettle\nThe kettle boils water in three minutes.\n\n## Cleaning\nClean the kettle with vinegar.\n',
  'docs/warranty.md': '# Warranty\nThe warranty lasts for two years.\n',
  'node_modules/toaster/README.md': '# Toaster\nThe toaster of somebody else.\n',
};

let docsDir: string;

beforeAll(async () => {
  docsDir = await mkdtemp(join(tmpdir(), 'demo-'));
  for (const [path, markdown] of Object.entries(DOCUMENTS)) {
    await mkdir(join(docsDir, path, '..'), { recursive: true });
    await writeFile(join(docsDir, path), markdown);
  }
});

afterAll(() => rm(docsDir, { recursive: true }));

/** A running demo, its address and what it logged as an error. */
class Demo {
  private constructor(
    private readonly app: INestApplication,
    private readonly url: string,
    readonly errors: readonly string[],
  ) {}

  static async start(env: NodeJS.ProcessEnv = { DOCS_DIR: docsDir }): Promise<Demo> {
    const errors: string[] = [];
    const ignore = () => undefined;
    const logger = { log: ignore, warn: ignore, error: (message: unknown) => errors.push(String(message)) };
    const app = await createDemo(readDemoConfig(env), { logger });
    const server = (await app.listen(0)) as Server;
    return new Demo(app, `http://localhost:${portOf(server)}`, errors);
  }

  stop(): Promise<void> {
    return this.app.close();
  }

  post(body: unknown): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(`${this.url}/crew/ask`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async ask(question: string): Promise<CrewAnswer> {
    const response = await this.post({ question });
    expect(response.status).toBe(200);
    return (await response.json()) as CrewAnswer;
  }

  stream(question: string, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.url}/crew/stream?${new URLSearchParams({ question }).toString()}`, { signal });
  }

  async events(question: string): Promise<SentEvent[]> {
    const response = await this.stream(question);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    return parseEvents(await response.text());
  }

  async metrics(): Promise<Metrics> {
    return (await (await fetch(`${this.url}/metrics`)).json()) as Metrics;
  }
}

interface SentEvent {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

type Counts = Record<string, number>;

interface Metrics {
  readonly system_metrics: Counts;
  readonly agent_metrics: Record<string, Counts & { readonly tool_metrics: Record<string, Counts> }>;
  readonly tool_metrics: Record<string, Counts>;
  readonly cache_metrics: Record<string, Counts>;
}

function parseEvents(body: string): SentEvent[] {
  const messages = body.split('\n\n').filter((message) => message.trim() !== '');
  return messages.map((message) => {
    const fields = new Map(
      message
        .trim()
        .split('\n')
        .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
    );
    return { type: fields.get('event') ?? '', data: JSON.parse(fields.get('data') ?? '') as Record<string, unknown> };
  });
}

async function listening(server: Server): Promise<Server> {
  await once(server.listen(0), 'listening');
  return server;
}

function closed(server: Server): Promise<unknown> {
  return once(server.close(), 'close');
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

describe('the documentation crew', () => {
  let demo: Demo;

  beforeEach(async () => {
    demo = await Demo.start();
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
      model: { name: 'extractive', provider: 'embedded', calls: 2, inputTokens: 0, outputTokens: 0 },
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

describe('with a model behind an OpenAI-compatible server', () => {
  let server: Server;
  let requests: { readonly authorization?: string; readonly body: string }[];
  let respond: (request: IncomingMessage, response: ServerResponse) => void;
  let demo: Demo;

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        requests.push({ authorization: request.headers.authorization, body });
        respond(request, response);
      });
    });
    await listening(server);
    const baseUrl = `http://localhost:${portOf(server)}/v1`;
    demo = await Demo.start({ DOCS_DIR: docsDir, OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'k3y', OPENAI_MODEL: 'm1' });
  });

  afterEach(async () => {
    await demo.stop();
    server.closeAllConnections();
    await closed(server);
  });

  function replyWith(...contents: string[]): void {
    respond = (_, response) => {
      const message = { role: 'assistant', content: contents.shift() };
      response.end(JSON.stringify({ choices: [{ message }], usage: { prompt_tokens: 100, completion_tokens: 7 } }));
    };
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

  it('stops the model when the client leaves the stream', async () => {
    const client = new AbortController();
    const asked = new Promise<ServerResponse>((resolve) => {
      respond = (_, response) => resolve(response);
    });
    await demo.stream('How long does the warranty last?', client.signal);
    const stopped = once(await asked, 'close');
    client.abort();
    await stopped;
    const { system_metrics, agent_metrics } = await demo.metrics();
    expect(system_metrics).toMatchObject({ total_requests: 1, cancelled_requests: 1, requests_in_progress: 0 });
    expect(agent_metrics.planner).toMatchObject({ cancelled_count: 1 });
    expect(demo.errors).toEqual([]);
  });
});

describe('with a model that cannot be reached', () => {
  let demo: Demo;

  let baseUrl: string;

  beforeEach(async () => {
    const server = await listening(createServer());
    baseUrl = `http://127.0.0.1:${portOf(server)}/v1`;
    await closed(server);
    demo = await Demo.start({ DOCS_DIR: docsDir, OPENAI_BASE_URL: baseUrl });
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
    const metrics = (await (await fetch(`${url}/metrics`)).json()) as Metrics;
    await app.close();
    expect(output).toContain(`${url}/metrics?format=prometheus`);
    expect(metrics.system_metrics).toMatchObject({ total_requests: 3, successful_requests: 3 });
    expect(metrics.tool_metrics).toMatchObject({
      search_docs: { success_count: 1 },
      calculate: { success_count: 1, error_count: 1 },
    });
  });

  it("reads this project's documents and its packages' by default", async () => {
    const demo = await Demo.start({});
    const { sources } = await demo.ask('How do I observe a histogram with prom-client?');
    await demo.stop();
    expect(sources).toContainEqual(expect.objectContaining({ title: 'prom-client', section: 'Histogram' }));
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

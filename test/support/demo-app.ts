import type { INestApplication } from '@nestjs/common';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrewAnswer } from '../../src/demo/crew/crew-event';
import { readDemoConfig, type DemoConfig } from '../../src/demo/demo.config';
import { createDemo } from '../../src/demo/start-demo';

/** A new folder with these documents, by their paths. */
export async function writeDocuments(documents: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  for (const [path, markdown] of Object.entries(documents)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), markdown);
  }
  return folder;
}

/** As the environment asks for, with models that answer at once. */
export function configOf(env: NodeJS.ProcessEnv): DemoConfig {
  return { ...readDemoConfig(env), msPerWord: 0 };
}

/** A running demo, its address and what it logged as errors and warnings. */
export class DemoApp {
  private constructor(
    private readonly app: INestApplication,
    readonly url: string,
    readonly errors: readonly string[],
    readonly warnings: readonly string[],
  ) {}

  static async start(env: NodeJS.ProcessEnv, overrides: Partial<DemoConfig> = {}): Promise<DemoApp> {
    const errors: string[] = [];
    const warnings: string[] = [];
    const logger = {
      log: () => undefined,
      warn: (message: unknown) => warnings.push(String(message)),
      error: (message: unknown) => errors.push(String(message)),
    };
    const app = await createDemo({ ...configOf(env), ...overrides }, { logger });
    const server = (await app.listen(0)) as Server;
    return new DemoApp(app, `http://localhost:${portOf(server)}`, errors, warnings);
  }

  stop(): Promise<void> {
    return this.app.close();
  }

  post(path: 'ask' | 'expert', body: unknown): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(`${this.url}/crew/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async ask(question: string): Promise<CrewAnswer> {
    const response = await this.post('ask', { question });
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

  async metrics(): Promise<DemoMetrics> {
    return (await (await fetch(`${this.url}/metrics`)).json()) as DemoMetrics;
  }
}

export interface SentEvent {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

type Counts = Record<string, number>;

export interface DemoMetrics {
  readonly system_metrics: Counts;
  readonly agent_metrics: Record<
    string,
    Counts & { readonly token_usage: Counts; readonly tool_metrics: Record<string, Counts> }
  >;
  readonly tool_metrics: Record<string, Counts>;
  readonly model_metrics: Record<string, Counts & { readonly token_usage: Counts }>;
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
    const data = fields.get('data') ?? '';
    // Nest sends an error's message as it is.
    const isJson = data.startsWith('{');
    return { type: fields.get('event') ?? '', data: (isJson ? JSON.parse(data) : data) as SentEvent['data'] };
  });
}

export async function listening(server: Server, port = 0): Promise<Server> {
  await once(server.listen(port), 'listening');
  return server;
}

export function closed(server: Server): Promise<unknown> {
  return once(server.close(), 'close');
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

import type { INestApplication } from '@nestjs/common';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrewAnswer } from '../../src/demo/crew/crew-answer';
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

/** A running demo, its address and what it logged as errors and warnings. */
export class DemoApp {
  private constructor(
    private readonly app: INestApplication,
    readonly url: string,
    readonly errors: readonly string[],
    readonly warnings: readonly string[],
  ) {}

  static async start(env: NodeJS.ProcessEnv, timeouts?: DemoConfig['timeouts']): Promise<DemoApp> {
    const config = readDemoConfig(env);
    const errors: string[] = [];
    const warnings: string[] = [];
    const logger = {
      log: () => undefined,
      warn: (message: unknown) => warnings.push(String(message)),
      error: (message: unknown) => errors.push(String(message)),
    };
    const app = await createDemo({ ...config, ...(timeouts && { timeouts }) }, { logger });
    const server = (await app.listen(0)) as Server;
    return new DemoApp(app, `http://localhost:${portOf(server)}`, errors, warnings);
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

  async history(): Promise<Record<string, unknown>[]> {
    const response = await fetch(`${this.url}/metrics/history`);
    return ((await response.json()) as { executions: Record<string, unknown>[] }).executions;
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
    return { type: fields.get('event') ?? '', data: JSON.parse(fields.get('data') ?? '') as Record<string, unknown> };
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

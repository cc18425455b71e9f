import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** One element of what an instant query returns. */
export interface QueryResult {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What Prometheus has kept of an exemplar. */
export interface QueryExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

const DEADLINE_MS = 30_000;

/** A real Prometheus that knows nothing of what it scrapes but the address. */
export class PrometheusServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {}

  /** @param target host and port, or a URL, of which only these are used */
  static async start(target: string): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const config = {
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [new URL(target).host] }] }],
    };
    // JSON is YAML.
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=error',
        '--enable-feature=exemplar-storage',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    await once(child, 'spawn');
    const server = new PrometheusServer(child, folder, `http://${address}`);
    try {
      await server.eventually('ready', async () => (await fetch(`${server.url}/-/ready`)).ok);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** An instant query; the name of the metric is not among the labels. */
  async query(expression: string): Promise<QueryResult[]> {
    const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await response.json()) as {
      data: { result: { metric: Record<string, string>; value: [time: number, value: string] }[] };
    };
    return data.result.map(({ metric: { __name__: _name, ...labels }, value }) => ({
      labels,
      value: Number(value[1]),
    }));
  }

  /** The exemplars of the last minute, by the labels of their series. */
  async exemplars(expression: string): Promise<QueryExemplar[]> {
    const end = Date.now() / 1_000;
    const query = new URLSearchParams({ query: expression, start: String(end - 60), end: String(end) });
    const response = await fetch(`${this.url}/api/v1/query_exemplars?${query.toString()}`);
    const { data } = (await response.json()) as {
      data: { exemplars: { labels: Record<string, string>; value: string; timestamp: number }[] }[];
    };
    return data.flatMap(({ exemplars }) =>
      exemplars.map((exemplar) => ({ ...exemplar, value: Number(exemplar.value) })),
    );
  }

  /** Returns once `condition` holds. @throws when it has not for half a minute */
  async eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await condition().catch(() => false))) {
      if (this.child.exitCode !== null) throw new Error(`Prometheus ended with code ${this.child.exitCode}.`);
      if (performance.now() > deadline) throw new Error(`Prometheus: not ${what} within ${DEADLINE_MS} ms.`);
      await setTimeout(100);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.kill('SIGKILL')) await once(this.child, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

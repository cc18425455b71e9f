import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, ServerProcess } from './server-process';

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

/** A real Prometheus that knows nothing of what it scrapes but the address. */
export class PrometheusServer {
  private constructor(
    private readonly process: ServerProcess,
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
    const options = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
      '--enable-feature=exemplar-storage',
    ];
    const url = `http://${address}`;
    return new PrometheusServer(await ServerProcess.start('prometheus', options, `${url}/-/ready`), folder, url);
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
  eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    return this.process.eventually(what, condition);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

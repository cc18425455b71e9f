import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryPromql, type QueryResult } from './promql';
import { ServerProcess } from './server-process';

/** What Prometheus has kept of an exemplar. */
export interface QueryExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** A real Prometheus. */
export class PrometheusServer {
  private constructor(private readonly server: ServerProcess) {}

  /** @param target host and port, or a URL, of which only these are used. Prometheus knows nothing else of it. */
  static start(target: string): Promise<PrometheusServer> {
    return PrometheusServer.startWith({
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [new URL(target).host] }] }],
    });
  }

  /**
   * @param files what the configuration names, by their paths in its folder
   * @param history what it knows when it starts, as OpenMetrics with times
   */
  static async startWith(
    config: object,
    files: Readonly<Record<string, string>> = {},
    history?: string,
  ): Promise<PrometheusServer> {
    const server = await ServerProcess.start({
      program: 'prometheus',
      // JSON is YAML.
      files: { ...files, 'prometheus.yml': JSON.stringify(config) },
      prepare: (folder) => {
        if (history !== undefined) createBlocks(folder, history);
      },
      args: (folder, address) => [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=${address}`,
        '--enable-feature=exemplar-storage',
        '--log.level=error',
      ],
      readyPath: '/-/ready',
    });
    return new PrometheusServer(server);
  }

  get url(): string {
    return this.server.url;
  }

  query(expression: string): Promise<QueryResult[]> {
    return queryPromql(this.server.url, expression);
  }

  /** The exemplars of the last minute. */
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

  /** Returns once `condition` holds. @throws when it has not for a minute */
  eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    return this.server.eventually(what, condition);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** Where Prometheus looks for its data. */
function createBlocks(folder: string, history: string): void {
  const file = join(folder, 'history.txt');
  writeFileSync(file, history);
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, join(folder, 'data')]);
}

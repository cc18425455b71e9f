import { queryPromql } from './promql';
import type { QueryResult } from './promql';
import { ServerProcess } from './server-process';

export type { QueryResult } from './promql';

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

  /** @param files what the configuration names, by their paths in its folder */
  static async startWith(config: object, files: Readonly<Record<string, string>> = {}): Promise<PrometheusServer> {
    const server = await ServerProcess.start({
      program: 'prometheus',
      // JSON is YAML.
      files: { ...files, 'prometheus.yml': JSON.stringify(config) },
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

  /** Returns once `condition` holds. @throws when it has not for a minute */
  eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    return this.server.eventually(what, condition);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

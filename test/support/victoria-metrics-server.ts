import { ServerProcess } from './server-process';

/**
 * A real VictoriaMetrics. It reads the configuration of a Prometheus, and passes over what only that one does.
 *
 * @param files what the configuration names, by their paths in its folder
 */
export function startVictoriaMetrics(
  config: object,
  files: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  return ServerProcess.start({
    program: 'victoria-metrics',
    files: { ...files, 'prometheus.yml': JSON.stringify(config) },
    args: (folder, address) => [
      `-promscrape.config=${folder}/prometheus.yml`,
      '-promscrape.config.strictParse=false',
      `-storageDataPath=${folder}/data`,
      `-httpListenAddr=${address}`,
      '-loggerLevel=ERROR',
      '-search.latencyOffset=0s',
    ],
    readyPath: '/health',
  });
}

import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { AggregatorRegistry, register } from 'prom-client';

// #region primary
/** In the primary: sums over the workers that live. */
export function serveClusterMetrics(port: number) {
  const registry = new AggregatorRegistry();
  for (let worker = 0; worker < 2; worker += 1) cluster.fork();
  return createServer((_request, response) => {
    void registry.clusterMetrics().then((text) => response.setHeader('Content-Type', registry.contentType).end(text));
  }).listen(port);
}
// #endregion

// #region worker
/** In each worker: our families in the registry that the primary asks for. */
@Module({ imports: [MetricsModule.forRoot({ registry: register, endpoint: false })] })
export class WorkerModule {}

/** Answers the primary. */
export const workerRegistry = new AggregatorRegistry();
// #endregion

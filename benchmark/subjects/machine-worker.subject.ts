import { Module } from '@nestjs/common';
import { MetricsCollector, MetricsModule } from 'nestjs-agent-metrics';
import type { SubjectFactory } from '../harness/subject';
import { listen } from './listen';

/** One process of an application that does nothing else, with an endpoint of its own. */
export const start: SubjectFactory = async ({ options }) => {
  @Module({ imports: [MetricsModule.forRoot({ defaultMetrics: false, maxSeries: 100_000, ...options })] })
  class AppModule {}

  const { app, url } = await listen(AppModule);
  const collector = app.get(MetricsCollector);
  return {
    record: ({ agent: agentId, tool: toolName }, durationMs) =>
      collector.recordToolExecution({ toolName, agentId, durationMs, status: 'success' }),
    render: () => collector.exportMetrics('prometheus'),
    url: `${url}/metrics`,
    close: () => app.close(),
  };
};

import { Module } from '@nestjs/common';
import { MetricsCollector, MetricsModule } from 'nestjs-agent-metrics';
import type { SubjectFactory } from '../harness/subject';
import { listen } from './listen';

/** This library's endpoint in an application that does nothing else. */
export const start: SubjectFactory = async () => {
  @Module({ imports: [MetricsModule.forRoot({ defaultMetrics: false, maxSeries: 100_000 })] })
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

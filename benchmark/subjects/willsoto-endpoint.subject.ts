import { Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import type { SubjectFactory } from '../harness/subject';
import { listen } from './listen';
import { promClientFamilies } from './prom-client-families';

/** The endpoint of @willsoto/nestjs-prometheus, which serves prom-client's global registry. */
export const start: SubjectFactory = async () => {
  @Module({ imports: [PrometheusModule.register({ defaultMetrics: { enabled: false } })] })
  class AppModule {}

  const { executions, durations, inProgress } = promClientFamilies(register);
  const { app, url } = await listen(AppModule);
  return {
    record({ agent, tool }, durationMs) {
      inProgress.inc({ agent, tool });
      executions.inc({ agent, tool, status: 'success' });
      durations.observe({ agent, tool }, durationMs / 1_000);
      inProgress.dec({ agent, tool });
    },
    render: () => register.metrics(),
    url: `${url}/metrics`,
    close: () => app.close(),
  };
};

import type { SubjectFactory } from '../harness/subject';
import { promClientFamilies } from './prom-client-families';

/** prom-client without the gauge, which can be left out where executions are recorded after they have ended. */
export const start: SubjectFactory = async () => {
  const { registry, executions, durations } = promClientFamilies();
  return {
    record({ agent, tool }, durationMs) {
      executions.inc({ agent, tool, status: 'success' });
      durations.observe({ agent, tool }, durationMs / 1_000);
    },
    render: () => registry.metrics(),
    async close() {},
  };
};

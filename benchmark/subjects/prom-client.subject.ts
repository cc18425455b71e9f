import type { Registry } from 'prom-client';
import { AGENT, type Pair, type Subject, type SubjectSetup, type Tool } from '../harness/subject';
import { promClientFamilies, type PromClientFamilies } from './prom-client-families';

function handWrittenTool({ executions, durations, inProgress }: PromClientFamilies, tool: string): Tool {
  class HandWrittenTool implements Tool {
    async query(text: string): Promise<number> {
      inProgress.inc({ agent: AGENT, tool });
      const end = durations.startTimer({ agent: AGENT, tool });
      try {
        const result = text.length;
        executions.inc({ agent: AGENT, tool, status: 'success' });
        return result;
      } catch (error) {
        executions.inc({ agent: AGENT, tool, status: 'error' });
        throw error;
      } finally {
        end();
        inProgress.dec({ agent: AGENT, tool });
      }
    }
  }
  return new HandWrittenTool();
}

/** prom-client by hand, as its README shows it: labels as objects. */
export const start = async ({ tools }: SubjectSetup) => {
  const families = promClientFamilies();
  const { registry, executions, durations, inProgress } = families;
  return {
    registry,
    record({ agent, tool }: Pair, durationMs: number) {
      inProgress.inc({ agent, tool });
      executions.inc({ agent, tool, status: 'success' });
      durations.observe({ agent, tool }, durationMs / 1_000);
      inProgress.dec({ agent, tool });
    },
    tools: tools.map((tool) => handWrittenTool(families, tool)),
    render: () => registry.metrics(),
    document: async () => JSON.stringify(await registry.getMetricsAsJSON()),
    reset: () => registry.resetMetrics(),
    async close() {},
  } satisfies Subject & { registry: Registry };
};

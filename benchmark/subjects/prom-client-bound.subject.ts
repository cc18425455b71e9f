import { AGENT, type Pair, type SubjectFactory, type Tool } from '../harness/subject';
import { promClientFamilies, type PromClientFamilies } from './prom-client-families';

/** Children of the three families for one pair. */
function bind({ executions, durations, inProgress }: PromClientFamilies, { agent, tool }: Pair) {
  return {
    successes: executions.labels(agent, tool, 'success'),
    failures: executions.labels(agent, tool, 'error'),
    durations: durations.labels(agent, tool),
    inProgress: inProgress.labels(agent, tool),
  };
}

type Children = ReturnType<typeof bind>;

/** Binds what has not been bound yet. */
class BoundChildren {
  private readonly agents = new Map<string, Map<string, Children>>();

  constructor(private readonly families: PromClientFamilies) {}

  find(pair: Pair): Children {
    let tools = this.agents.get(pair.agent);
    if (tools === undefined) this.agents.set(pair.agent, (tools = new Map<string, Children>()));
    let children = tools.get(pair.tool);
    if (children === undefined) tools.set(pair.tool, (children = bind(this.families, pair)));
    return children;
  }
}

function handWrittenTool(children: Children): Tool {
  class HandWrittenTool implements Tool {
    async query(text: string): Promise<number> {
      children.inProgress.inc();
      const end = children.durations.startTimer();
      try {
        const result = text.length;
        children.successes.inc();
        return result;
      } catch (error) {
        children.failures.inc();
        throw error;
      } finally {
        end();
        children.inProgress.dec();
      }
    }
  }
  return new HandWrittenTool();
}

/** prom-client by hand at its fastest: children bound once and kept. */
export const start: SubjectFactory = async ({ tools }) => {
  const families = promClientFamilies();
  const bound = new BoundChildren(families);
  return {
    record(pair, durationMs) {
      const children = bound.find(pair);
      children.inProgress.inc();
      children.successes.inc();
      children.durations.observe(durationMs / 1_000);
      children.inProgress.dec();
    },
    tools: tools.map((tool) => handWrittenTool(bound.find({ agent: AGENT, tool }))),
    render: () => families.registry.metrics(),
    async close() {},
  };
};

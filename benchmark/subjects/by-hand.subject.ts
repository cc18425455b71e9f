import { AGENT, BUCKETS, FAMILIES, type Pair, type SubjectFactory, type Tool } from '../harness/subject';

class Series {
  inProgress = 0;
  successes = 0;
  failures = 0;
  sum = 0;
  readonly buckets = new Array<number>(BUCKETS.length + 1).fill(0);

  constructor(private readonly pair: Pair) {}

  add(seconds: number): void {
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]!) bucket += 1;
    this.buckets[bucket]! += 1;
    this.sum += seconds;
  }

  lines(): string[] {
    const labels = `agent="${this.pair.agent}",tool="${this.pair.tool}"`;
    let cumulative = 0;
    const buckets = this.buckets.map((count, i) => {
      cumulative += count;
      return `${FAMILIES.durations}_bucket{${labels},le="${BUCKETS[i] ?? '+Inf'}"} ${cumulative}`;
    });
    return [
      `${FAMILIES.executions}{${labels},status="success"} ${this.successes}`,
      `${FAMILIES.executions}{${labels},status="error"} ${this.failures}`,
      ...buckets,
      `${FAMILIES.durations}_sum{${labels}} ${this.sum}`,
      `${FAMILIES.durations}_count{${labels}} ${cumulative}`,
      `${FAMILIES.inProgress}{${labels}} ${this.inProgress}`,
    ];
  }
}

class Table {
  private readonly agents = new Map<string, Map<string, Series>>();

  find(pair: Pair): Series {
    let tools = this.agents.get(pair.agent);
    if (tools === undefined) this.agents.set(pair.agent, (tools = new Map<string, Series>()));
    let series = tools.get(pair.tool);
    if (series === undefined) tools.set(pair.tool, (series = new Series(pair)));
    return series;
  }

  text(): string {
    const series = [...this.agents.values()].flatMap((tools) => [...tools.values()]);
    return series.flatMap((one) => one.lines()).join('\n');
  }
}

function handWrittenTool(table: Table, tool: string): Tool {
  class HandWrittenTool implements Tool {
    async query(text: string): Promise<number> {
      const series = table.find({ agent: AGENT, tool });
      series.inProgress += 1;
      const start = performance.now();
      try {
        const result = text.length;
        series.successes += 1;
        return result;
      } catch (error) {
        series.failures += 1;
        throw error;
      } finally {
        series.add((performance.now() - start) / 1_000);
        series.inProgress -= 1;
      }
    }
  }
  return new HandWrittenTool();
}

/** The least that counting can cost: the same numbers, written by hand for this benchmark and nothing else. */
export const start: SubjectFactory = async ({ tools }) => {
  const table = new Table();
  return {
    record(pair, durationMs) {
      const series = table.find(pair);
      series.successes += 1;
      series.add(durationMs / 1_000);
    },
    tools: tools.map((tool) => handWrittenTool(table, tool)),
    render: async () => table.text(),
    async close() {},
  };
};

import type { Exposition } from '../../src/testing';
import type { MetricsDocument } from './metrics-document';

const STATUSES = ['success', 'error', 'timeout', 'cancelled'] as const;

/** Executions by what they are, their names and their outcome: tools under their agents, and over all. */
type ExecutionCounts = Map<string, number>;

const key = (...words: string[]) => JSON.stringify(words);

/** Alike for the JSON and the text of the same moment, whatever the names are. */
export function countsInDocument({ agent_metrics: agents, tool_metrics: tools }: MetricsDocument): ExecutionCounts {
  const counts: ExecutionCounts = new Map();
  for (const status of STATUSES) {
    for (const [agent, metrics] of Object.entries(agents)) {
      counts.set(key('agent', agent, status), metrics[`${status}_count`]);
      for (const [tool, ofAgent] of Object.entries(metrics.tool_metrics)) {
        counts.set(key('tool of agent', agent, tool, status), ofAgent[`${status}_count`]);
      }
    }
    for (const [tool, metrics] of Object.entries(tools))
      counts.set(key('tool', tool, status), metrics[`${status}_count`]);
  }
  return counts;
}

export function countsInScrape({ families }: Exposition, format: 'prometheus' | 'openmetrics' = 'prometheus') {
  const suffix = format === 'prometheus' ? '_total' : '';
  const samplesOf = (family: string) =>
    families.get(`crew_${family}${suffix}`)?.samples.filter(({ name }) => name.endsWith('_total')) ?? [];
  return countsInSamples(samplesOf('agent_executions'), samplesOf('tool_executions'));
}

interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Of the samples of `crew_agent_executions_total` and `crew_tool_executions_total`. */
export function countsInSamples(agents: readonly LabelledValue[], tools: readonly LabelledValue[]): ExecutionCounts {
  const counts: ExecutionCounts = new Map();
  for (const { labels, value } of agents) {
    counts.set(key('agent', labels['agent'] ?? '', labels['status'] ?? ''), value);
  }
  for (const { labels, value } of tools) {
    const { agent = '', tool = '', status = '' } = labels;
    if (agent !== '') counts.set(key('tool of agent', agent, tool, status), value);
    const overall = key('tool', tool, status);
    counts.set(overall, (counts.get(overall) ?? 0) + value);
  }
  return counts;
}

import type {
  AgentSeries,
  CacheSeries,
  ExecutionSeries,
  Labelled,
  ModelSeries,
  ToolSeries,
} from '../collection/execution-series';
import { EXECUTION_STATUSES } from '../collection/execution-status';
import type { MetricsStore } from '../collection/metrics-store';
import { mergeModels } from '../collection/snapshot.reader';
import type { ModelName } from '../collection/snapshot.reader';
import { TOKEN_TYPES } from '../collection/token-usage';
import { FamilySnapshot } from './family-snapshot';
import type { FamilyDescription } from './family-snapshot';

/** What families are read from. */
export interface FamilySource {
  readonly store: MetricsStore;
  /** First word of every family's name. */
  readonly prefix: string;
  /** The age of the oldest running execution that each series counts as in progress. */
  readonly oldestAgesMs: () => ReadonlyMap<Labelled, number>;
}

/** One row of the table below. */
export interface MetricFamily extends FamilyDescription {
  fill(snapshot: FamilySnapshot, source: FamilySource): void;
}

/** Every family of this module, in the order in which it is exposed. The exposition, the bridge and the docs follow it. */
export const METRIC_FAMILIES: readonly MetricFamily[] = [
  {
    name: 'requests_total',
    type: 'counter',
    help: 'Finished requests: outermost agent executions.',
    labels: ['status'],
    fill: (snapshot, { store }) => addStatuses(snapshot, store.ledger.requests),
  },
  {
    name: 'request_duration_seconds',
    type: 'histogram',
    help: 'Duration of requests, whatever their outcome.',
    labels: [],
    fill: (snapshot, { store }) => snapshot.addHistogram(store.ledger.requests, store.ledger.requests),
  },
  {
    name: 'requests_in_progress',
    type: 'gauge',
    help: 'Requests that are running.',
    labels: [],
    fill: (snapshot, { store }) => snapshot.add(store.ledger.requests, store.ledger.requests.inProgress),
  },
  {
    name: 'agent_executions_total',
    type: 'counter',
    help: 'Finished agent executions.',
    labels: ['agent', 'status'],
    fill: perAgent(addStatuses),
  },
  {
    name: 'agent_execution_duration_seconds',
    type: 'histogram',
    help: 'Duration of agent executions, whatever their outcome.',
    labels: ['agent'],
    fill: perAgent((snapshot, agent) => snapshot.addHistogram(agent, agent)),
  },
  {
    name: 'agent_executions_in_progress',
    type: 'gauge',
    help: 'Agent executions that are running.',
    labels: ['agent'],
    fill: perAgent((snapshot, agent) => snapshot.add(agent, agent.inProgress)),
  },
  {
    name: 'agent_oldest_in_progress_seconds',
    type: 'gauge',
    aggregator: 'max',
    help: 'Age of the oldest running execution of the agent, 0 when none runs.',
    labels: ['agent'],
    fill: fillOldest,
  },
  {
    name: 'agent_errors_total',
    type: 'counter',
    help: 'Failed agent executions, timeouts included, by class name or code of the error.',
    labels: ['agent', 'error_type'],
    fill: perAgent(addErrors),
  },
  {
    name: 'agent_retries_total',
    type: 'counter',
    help: 'Attempts within agent executions that were retried.',
    labels: ['agent'],
    fill: perAgent((snapshot, agent) => snapshot.add(agent, agent.retries)),
  },
  {
    name: 'agent_time_to_first_chunk_seconds',
    type: 'histogram',
    help: 'Time to the first chunk of agent executions that stream.',
    labels: ['agent'],
    fill: perAgent((snapshot, agent) => agent.firstChunks && snapshot.addHistogram(agent, agent.firstChunks)),
  },
  {
    name: 'tool_executions_total',
    type: 'counter',
    help: 'Finished tool executions; the agent is empty for those outside any.',
    labels: ['agent', 'tool', 'status'],
    fill: perTool(addStatuses),
  },
  {
    name: 'tool_execution_duration_seconds',
    type: 'histogram',
    help: 'Duration of tool executions, whatever their outcome.',
    labels: ['agent', 'tool'],
    fill: perTool((snapshot, tool) => snapshot.addHistogram(tool, tool)),
  },
  {
    name: 'tool_executions_in_progress',
    type: 'gauge',
    help: 'Tool executions that are running.',
    labels: ['agent', 'tool'],
    fill: perTool((snapshot, tool) => snapshot.add(tool, tool.inProgress)),
  },
  {
    name: 'tool_errors_total',
    type: 'counter',
    help: 'Failed tool executions, timeouts included, by class name or code of the error.',
    labels: ['agent', 'tool', 'error_type'],
    fill: perTool(addErrors),
  },
  {
    name: 'tool_retries_total',
    type: 'counter',
    help: 'Attempts within tool executions that were retried.',
    labels: ['agent', 'tool'],
    fill: perTool((snapshot, tool) => snapshot.add(tool, tool.retries)),
  },
  {
    name: 'tool_input_bytes_total',
    type: 'counter',
    help: 'Size of the input of tools, as far as it was measured.',
    labels: ['agent', 'tool'],
    fill: perTool((snapshot, tool) => snapshot.add(tool, tool.inputBytes)),
  },
  {
    name: 'tool_output_bytes_total',
    type: 'counter',
    help: 'Size of the output of tools, as far as it was measured.',
    labels: ['agent', 'tool'],
    fill: perTool((snapshot, tool) => snapshot.add(tool, tool.outputBytes)),
  },
  {
    name: 'model_calls_total',
    type: 'counter',
    help: 'Finished model calls; the agent is empty for those outside any, the provider where nobody named it.',
    labels: ['agent', 'model', 'provider', 'status'],
    fill: perModel(['agentId', 'model', 'provider'], addStatuses),
  },
  {
    name: 'model_call_duration_seconds',
    type: 'histogram',
    help: 'Duration of model calls, whatever their outcome.',
    labels: ['model', 'provider'],
    fill: perModel(['model', 'provider'], (snapshot, model) => snapshot.addHistogram(model, model)),
  },
  {
    name: 'model_time_to_first_token_seconds',
    type: 'histogram',
    help: 'Time to the first token of model calls that stream.',
    labels: ['model', 'provider'],
    fill: perModel(['model', 'provider'], addFirstTokens),
  },
  {
    name: 'model_tokens_total',
    type: 'counter',
    help: 'Tokens of model calls. The types partition them: input without the cached, output without reasoning.',
    labels: ['agent', 'model', 'type'],
    fill: perModel(['agentId', 'model'], addTokens),
  },
  {
    name: 'model_cost_usd_total',
    type: 'counter',
    help: 'Cost of model calls in US dollars, as far as their price is known.',
    labels: ['agent', 'model'],
    fill: perModel(['agentId', 'model'], (snapshot, model) => snapshot.add(model, model.tokens.costUsd)),
  },
  {
    name: 'model_unpriced_calls_total',
    type: 'counter',
    help: 'Model calls whose price is not known.',
    labels: ['model'],
    fill: perModel(['model'], (snapshot, model) => snapshot.add(model, model.tokens.unpricedCalls)),
  },
  {
    name: 'cache_hits_total',
    type: 'counter',
    help: "Hits of the application's caches; the unnamed one has no label.",
    labels: ['cache'],
    fill: perCache((snapshot, cache) => snapshot.add(cache, cache.hits)),
  },
  {
    name: 'cache_misses_total',
    type: 'counter',
    help: "Misses of the application's caches; the unnamed one has no label.",
    labels: ['cache'],
    fill: perCache((snapshot, cache) => snapshot.add(cache, cache.misses)),
  },
  {
    name: 'memory_usage_bytes',
    type: 'gauge',
    help: 'Resident memory of the process.',
    labels: [],
    fill: (snapshot, { store }) => snapshot.add(UNLABELLED, store.memory.read().bytes),
  },
  {
    name: 'memory_usage_max_bytes',
    type: 'gauge',
    aggregator: 'max',
    help: 'Highest resident memory of the process since the start or the last reset.',
    labels: [],
    fill: (snapshot, { store }) => snapshot.add(UNLABELLED, store.memory.read().maxBytes),
  },
  {
    name: 'start_time_seconds',
    type: 'gauge',
    aggregator: 'min',
    help: 'When counting began, in seconds since 1970.',
    labels: [],
    fill: (snapshot, { store }) => snapshot.add(UNLABELLED, store.ledger.startTime / 1_000),
  },
  {
    name: 'dropped_series_total',
    type: 'counter',
    help: 'Executions counted under __other__ because the limit of series was reached, by family.',
    labels: ['family'],
    fill(snapshot, { store, prefix }) {
      const { dropped } = store.ledger.limit;
      const families = [...dropped.keys()].map((family) => `${prefix}_${family}`);
      snapshot.addAll(UNLABELLED, [...dropped.values()], families);
    },
  },
];

/** All samples of a family at this moment. */
export function takeSnapshot(family: MetricFamily, source: FamilySource): FamilySnapshot {
  const snapshot = new FamilySnapshot(family);
  family.fill(snapshot, source);
  return snapshot;
}

const UNLABELLED: Labelled = { labels: [] };

type Fill<Series> = (snapshot: FamilySnapshot, series: Series) => void;

function perAgent(fill: Fill<AgentSeries>): MetricFamily['fill'] {
  return (snapshot, { store }) => {
    for (const agent of store.ledger.series.agents.values()) fill(snapshot, agent);
  };
}

function perTool(fill: Fill<ToolSeries>): MetricFamily['fill'] {
  return (snapshot, { store: { ledger } }) => {
    for (const { tools } of ledger.series.scopes()) for (const tool of tools.values()) fill(snapshot, tool);
  };
}

function perModel(by: readonly ModelName[], fill: Fill<ModelSeries>): MetricFamily['fill'] {
  return (snapshot, { store }) => {
    for (const model of mergeModels(store.ledger, by)) fill(snapshot, model);
  };
}

function perCache(fill: Fill<CacheSeries>): MetricFamily['fill'] {
  return (snapshot, { store: { ledger } }) => {
    fill(snapshot, ledger.series.unnamedCache);
    for (const cache of ledger.series.caches.values()) fill(snapshot, cache);
  };
}

/** All four statuses from 0 on: a rate over a series that appears with its first failure would miss that failure. */
function addStatuses(snapshot: FamilySnapshot, series: ExecutionSeries): void {
  snapshot.addAll(series, series.statusCounts, EXECUTION_STATUSES, series.statusExemplars);
}

function addFirstTokens(snapshot: FamilySnapshot, model: ModelSeries): void {
  if (model.firstTokens !== undefined) snapshot.addHistogram(model, model.firstTokens);
}

function addTokens(snapshot: FamilySnapshot, model: ModelSeries): void {
  snapshot.addAll(model, model.tokens.partition(), TOKEN_TYPES);
}

function addErrors(snapshot: FamilySnapshot, series: ExecutionSeries): void {
  const { errorTypes } = series;
  if (errorTypes !== undefined) snapshot.addAll(series, [...errorTypes.values()], [...errorTypes.keys()]);
}

function fillOldest(snapshot: FamilySnapshot, { store, oldestAgesMs }: FamilySource): void {
  const ages = oldestAgesMs();
  for (const agent of store.ledger.series.agents.values()) snapshot.add(agent, (ages.get(agent) ?? 0) / 1_000);
}

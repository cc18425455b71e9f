import type { BudgetState } from '../../collection/budgets/budget';
import type { CallScope } from '../../collection/series/call-scope';
import type { ModelSeries } from '../../collection/series/model-series';
import type { StoreReading } from '../json/store-reading';
import type { TextBuffer } from '../text/text-buffer';
import { processName } from './process-memory';

/** Figures of a series in the order that `ExecutionSeries` gives, or of tokens in that of `TokenTotals`. */
export type Figures = readonly number[];

/** What one process tells of itself, line by line. Names are empty where there is none. */
export type StorePartRow =
  | readonly ['system', SystemRow]
  | readonly ['agent', id: string, name: string, Figures]
  | readonly ['tool', agentId: string, name: string, Figures]
  | readonly ['model', agentId: string, model: string, provider: string, Figures, tokens: Figures, ErrorRows]
  | readonly ['cache', name: string, hits: number, misses: number]
  | readonly ['breakdown', by: string]
  | readonly ['value', name: string, born: number, statuses: Figures, modelCalls: number, tokens: Figures]
  | readonly ['budgets', areShared: boolean, states: readonly BudgetState[]];

export interface SystemRow {
  /** Host and process id. Worker threads have those of their process. */
  readonly process: string;
  readonly startTime: number;
  /** Null before the first record. */
  readonly lastUpdated: number | null;
  readonly uptimeSeconds: number;
  readonly requests: Figures;
  readonly memory: { readonly bytes: number; readonly maxBytes: number };
  /** Over all caches, those without a name included. */
  readonly cache: { readonly hits: number; readonly misses: number };
}

/** Failures by type and status. */
export type ErrorRows = readonly (readonly [type: string, status: string, count: number, born: number])[];

/** In steps. */
export function* storePartSteps(out: TextBuffer, reading: StoreReading, areShared: boolean): Generator<void> {
  yield* reading.merge();
  for (const row of rowsOf(reading, areShared)) {
    out.write(`${JSON.stringify(row)}\n`);
    out.handOver();
    yield;
  }
}

function* rowsOf(reading: StoreReading, areShared: boolean): Generator<StorePartRow> {
  const { agents, outsideAgents, caches, budgets, breakdown } = reading;
  yield ['system', systemRow(reading)];
  for (const agent of agents.values()) {
    yield ['agent', agent.agentId, agent.agentName, agent.figures];
    yield* callRows(agent.calls);
  }
  yield* callRows(outsideAgents);
  for (const [name, { hits, misses }] of caches) yield ['cache', name, hits, misses];
  if (budgets.length > 0) yield ['budgets', areShared, budgets];
  if (breakdown === undefined) return;
  yield ['breakdown', breakdown.by];
  for (const { value, born, statusCounts, modelCalls, tokens } of breakdown.series) {
    yield ['value', value, born, statusCounts, modelCalls, tokens.figures];
  }
}

function systemRow({ system }: StoreReading): SystemRow {
  const { startTime, lastUpdated, uptimeSeconds, requests, memory, cache } = system;
  return {
    process: processName(),
    startTime,
    lastUpdated: Number.isNaN(lastUpdated) ? null : lastUpdated,
    uptimeSeconds,
    requests: requests.figures,
    memory,
    cache: { hits: cache.hits, misses: cache.misses },
  };
}

function* callRows({ tools, models }: CallScope): Generator<StorePartRow> {
  for (const { agentId, toolName, figures } of tools.values()) yield ['tool', agentId, toolName, figures];
  for (const providers of models.values()) for (const series of providers) yield modelRow(series);
}

function modelRow({ agentId, model, provider, figures, tokens, errors }: ModelSeries): StorePartRow {
  const failures = [...(errors?.byType ?? [])].flatMap(([type, statuses]) =>
    [...statuses].map(([status, { count, born }]) => [type, status, count, born] as const),
  );
  return ['model', agentId, model, provider, figures, tokens.figures, failures];
}

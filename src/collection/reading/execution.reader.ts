import type { Execution, RunningExecution } from '../executions/execution';
import {
  executionId,
  MAX_TIME_MS,
  NS_PER_MS,
  NS_PER_SECOND,
  type ExecutionIdentity,
  type FinishedExecution,
  type OpenExecution,
} from '../executions/finished-execution';
import { UsageTotals } from '../executions/run-totals';
import type { MetricsStore } from '../metrics-store';
import type { CallUsage } from '../models/call-usage';
import type { TokenUsage } from '../models/token-usage';
import { readFields } from './fields';
import { TOKEN_USAGE_FIELDS } from './token-fields';

/** What executions of one application are read with. */
export interface ExecutionNames {
  /** The prefix of ids, before their serials. */
  readonly instanceId: string;
  /** The option `breakdown.by`. */
  readonly breakdownBy: string | undefined;
}

/** A finished execution as users read it. */
export function toExecution(finished: FinishedExecution, names: ExecutionNames): Execution {
  const { instanceId: idPrefix } = names;
  const durationNs = Number.isNaN(finished.durationNs) ? 0 : finished.durationNs;
  const { inputBytes, outputBytes, retries, chunks, firstChunkNs } = finished.measures;
  return {
    id: executionId(idPrefix, finished.serial),
    parentId: executionId(idPrefix, finished.parentSerial),
    requestId: executionId(idPrefix, finished.requestSerial),
    kind: finished.kind,
    agentId: finished.agentId,
    toolName: finished.kind === 'tool' ? finished.name : undefined,
    model: finished.kind === 'model' ? finished.name : undefined,
    status: finished.status,
    success: finished.status === 'success',
    timedOut: finished.status === 'timeout',
    error: finished.errorMessage,
    errorType: finished.errorType,
    startTime: new Date(startOf(finished, durationNs)),
    endTime: new Date(finished.endTime),
    durationMs: durationNs / NS_PER_MS,
    durationSeconds: durationNs / NS_PER_SECOND,
    inputBytes,
    outputBytes,
    retries,
    chunks,
    timeToFirstChunkSeconds: Number.isNaN(firstChunkNs) ? undefined : firstChunkNs / NS_PER_SECOND,
    traceId: finished.span?.traceId,
    provider: finished.provider,
    httpStatus: finished.httpStatus,
    ...costOf(finished),
    pausedSeconds: finished.pausedNs / NS_PER_SECOND,
    ...breakdownOf(finished, names),
  };
}

/** When something is read. */
export interface ReadingMoment extends ExecutionNames {
  /** On the clock's scale. */
  readonly now: number;
  /** The same in milliseconds since 1970. */
  readonly wallTime: number;
}

/** The present one. */
export function momentOf({ clock, instanceId, breakdownBy }: MetricsStore): ReadingMoment {
  const now = clock.now();
  return { instanceId, breakdownBy, now, wallTime: clock.wallTime(now) };
}

/** Executions in progress as users read them, one by one. */
export function* toRunningExecutions(
  open: readonly OpenExecution[],
  moment: ReadingMoment,
): Generator<RunningExecution> {
  for (const execution of open) yield toRunningExecution(execution, moment);
}

/** An execution in progress as users read it. */
export function toRunningExecution(execution: OpenExecution, moment: ReadingMoment): RunningExecution {
  const { serial, parentSerial, requestSerial, kind, agentId, name, startedAt } = execution;
  const { instanceId, now, wallTime } = moment;
  const ageMs = now - startedAt;
  return {
    id: executionId(instanceId, serial),
    parentId: executionId(instanceId, parentSerial),
    requestId: executionId(instanceId, requestSerial),
    kind,
    agentId,
    toolName: kind === 'tool' ? name : undefined,
    model: kind === 'model' ? name : undefined,
    startTime: new Date(wallTime - ageMs),
    ...breakdownOf(execution, moment),
    ageSeconds: ageMs / 1_000,
  };
}

const NO_BREAKDOWN: Pick<Execution, 'breakdown'> = { breakdown: undefined };

/** The value, once with its name and once under it. */
function breakdownOf(
  { breakdownValue: value }: ExecutionIdentity,
  { breakdownBy: by }: ExecutionNames,
): Pick<Execution, 'breakdown'> {
  return by === undefined ? NO_BREAKDOWN : { breakdown: { by, value }, [memberName(by)]: value };
}

/** A label's name as that of a member: `customer_id` is `customerId`. */
export function memberName(label: string): string {
  return label.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Milliseconds since 1970. What is said to have taken longer than there is time began with it. */
function startOf({ endTime, pausedNs }: FinishedExecution, durationNs: number): number {
  return Math.max(-MAX_TIME_MS, endTime - (durationNs + pausedNs) / NS_PER_MS);
}

type ExecutionCost = Pick<
  Execution,
  | 'tokenUsage'
  | 'costUsd'
  | 'costSource'
  | 'totalTokens'
  | 'totalCostUsd'
  | 'toolCalls'
  | 'modelCalls'
  | 'repeatedCalls'
>;

/** A model's is its own; an agent's is that of the model calls that it made itself, and its totals have those inside. */
function costOf({ kind, usage, totals }: FinishedExecution): ExecutionCost {
  if (kind !== 'agent' || totals === undefined) return { ...ownCost(usage && totalsOf(usage)), ...NO_TOTALS };
  const { ownUsage, allUsage, toolCalls, modelCalls, repeatedCalls } = totals;
  return {
    ...ownCost(ownUsage),
    totalTokens: allUsage && tokenUsageOf(allUsage).totalTokens,
    totalCostUsd: allUsage?.costUsd,
    toolCalls,
    modelCalls,
    repeatedCalls,
  };
}

/** Of what calls nothing, and of agents that were only recorded. */
const NO_TOTALS = {
  totalTokens: undefined,
  totalCostUsd: undefined,
  toolCalls: undefined,
  modelCalls: undefined,
  repeatedCalls: undefined,
};

function ownCost(totals: UsageTotals | undefined): Pick<ExecutionCost, 'tokenUsage' | 'costUsd' | 'costSource'> {
  return {
    tokenUsage: totals && tokenUsageOf(totals),
    costUsd: totals?.costUsd,
    costSource: totals?.costSource,
  };
}

function totalsOf(usage: CallUsage): UsageTotals {
  const totals = new UsageTotals();
  totals.add(usage);
  return totals;
}

function tokenUsageOf(totals: UsageTotals): TokenUsage {
  return readFields(TOKEN_USAGE_FIELDS, totals);
}

/** Reads the executions of an application, of which it holds nothing else: executions that outlive it have this. */
export function executionReader(names: ExecutionNames): (finished: FinishedExecution) => Execution {
  return (finished) => toExecution(finished, names);
}

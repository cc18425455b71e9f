import { NOTHING_MEASURED } from './execution-measures';
import { normaliseName } from './execution-name';
import type { ExecutionKind, ExecutionStatus } from './execution-status';
import { defaultErrorType, FinishedExecution, type EndingExecution, type Outcome } from './finished-execution';

/**
 * Which executions `getHistory` returns. A field that is left out does not filter.
 *
 * @example
 * metrics.getHistory({ agentId: 'writer', status: 'error', limit: 10 });
 */
export interface HistoryFilter {
  /** Only agents, only tools or only model calls. */
  readonly kind?: ExecutionKind;
  /** Only those of this agent: itself, its tools and its model calls. */
  readonly agentId?: string;
  /** Only this tool. */
  readonly toolName?: string;
  /** Only those that ended so. */
  readonly status?: ExecutionStatus;
  /** How many at most, the newest first. */
  readonly limit?: number;
}

/** Entries beyond those that are kept: a logger of the user's may record something while another record is counted. */
const SPARE_ENTRIES = 4;

/** The last `size` finished executions: a ring of entries that are used again, so that one costs the same as the next. */
export class ExecutionHistory {
  private readonly ring: FinishedExecution[] = [];
  private readonly places: number;
  private next = 0;

  constructor(private readonly size: number) {
    this.places = size + SPARE_ENTRIES;
  }

  /** Writes down an execution that ends now, over the oldest one. */
  add(execution: EndingExecution, outcome: Outcome, now: number, wallTime: number): FinishedExecution {
    let entry = this.ring[this.next];
    if (entry === undefined || entry.isKept) this.ring[this.next] = entry = new FinishedExecution();
    this.next += 1;
    if (this.next === this.places) this.next = 0;
    entry.kind = execution.kind;
    entry.name = execution.name;
    entry.agentId = execution.agentId;
    entry.serial = execution.serial;
    entry.parentSerial = execution.parentSerial;
    entry.requestSerial = execution.requestSerial;
    entry.status = outcome.status;
    entry.errorType = outcome.errorType ?? defaultErrorType(outcome.status);
    entry.httpStatus = outcome.httpStatus;
    entry.errorMessage = outcome.errorMessage;
    entry.provider = execution.provider;
    entry.usage = execution.usage;
    entry.totals = execution.totals;
    entry.span = execution.span;
    // A copy: a measure that is under way as the execution ends changes nothing that was counted.
    entry.measures = execution.measures === undefined ? NOTHING_MEASURED : execution.measures.copy();
    execution.writeTimes(entry, now, wallTime);
    return entry;
  }

  /** Newest first. Only until the next one is added. */
  find({ kind, agentId, toolName, status, limit = Infinity }: HistoryFilter): FinishedExecution[] {
    const wanted = {
      kind,
      agentId: agentId && normaliseName(agentId),
      toolName: toolName && normaliseName(toolName),
      status,
    };
    const found: FinishedExecution[] = [];
    for (const entry of this.newestFirst()) {
      if (found.length >= limit) break;
      if (matches(entry, wanted)) found.push(entry);
    }
    return found;
  }

  private *newestFirst(): Generator<FinishedExecution> {
    const kept = Math.min(this.size, this.ring.length);
    for (let age = 1; age <= kept; age += 1) {
      yield this.ring[(this.next - age + this.ring.length) % this.ring.length]!;
    }
  }
}

function matches(entry: FinishedExecution, { kind, agentId, toolName, status }: HistoryFilter): boolean {
  return (
    (kind === undefined || entry.kind === kind) &&
    (agentId === undefined || entry.agentId === agentId) &&
    (toolName === undefined || (entry.kind === 'tool' && entry.name === toolName)) &&
    (status === undefined || entry.status === status)
  );
}

import { normaliseName } from '../../collection/executions/execution-name';
import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { RunTotals } from '../../collection/executions/run-totals';
import { BILLION } from '../../collection/series/histogram';
import { ExecutionLimitError } from './execution-limit.error';
import type { LimitName, RunLimit, RunLimitOptions } from './run-limit';

/** What a run has spent, everything inside it included, and which of its limits it has reached. */
export interface RunSpending extends RunTotals {
  /** Of it and of the agents inside it. */
  readonly allRepeatedCalls: number;
  /** Undefined as long as it has reached none. */
  reached: ReachedLimits | undefined;
}

/** The limits that one run has reached. */
export class ReachedLimits {
  /** After which it may make no more calls. */
  stop: AppliedLimit | undefined = undefined;
  readonly reported = new Set<AppliedLimit>();
}

/** An agent execution. */
export interface LimitedRun {
  readonly name: string;
  /** Whether it is an outermost one. */
  readonly isRequest: boolean;
  readonly spending: RunSpending;
}

/** A call that is about to begin. */
export interface LimitedCall {
  /** Undefined of one that has begun, of which only now is known what it was given. */
  readonly kind: ExecutionKind | undefined;
  /** Whether its agent has made the same call before, as far as that is known. */
  readonly isRepeat: boolean;
}

/** One limit of the options. */
export interface AppliedLimit {
  readonly kind: ExecutionLimitError['kind'];
  readonly name: LimitName;
  /** Found once: it is asked before each call. */
  readonly measure: Measure;
  readonly allowed: number;
  readonly isStop: boolean;
}

interface Measure {
  /** As a label. */
  readonly label: string;
  /** Whether this call would add to it, or must not begin once it is used up. */
  readonly concerns: (call: LimitedCall) => boolean;
  readonly spent: (spending: RunSpending) => number;
}

/** What each limit counts. */
const MEASURES: Readonly<Record<LimitName, Measure>> = {
  toolCalls: { label: 'tool_calls', concerns: ({ kind }) => kind === 'tool', spent: (run) => run.allToolCalls },
  modelCalls: { label: 'model_calls', concerns: ({ kind }) => kind === 'model', spent: (run) => run.allModelCalls },
  repeatedCalls: { label: 'repeated_calls', concerns: (call) => call.isRepeat, spent: (run) => run.allRepeatedCalls },
  tokens: { label: 'tokens', concerns: isNew, spent: ({ allUsage }) => allUsage?.tokens.total ?? 0 },
  // In whole billionths, as far as sums of prices are exact: ten cents ten times are a dollar.
  costUsd: {
    label: 'cost_usd',
    concerns: isNew,
    spent: ({ allUsage }) => Math.round((allUsage?.tokens.costUsd ?? 0) * BILLION) / BILLION,
  },
};

const LIMIT_NAMES = Object.keys(MEASURES) as readonly LimitName[];

/** Finds the limits of a run, and those that a call would go beyond. */
export class RunLimits {
  /** Asked before the rest: most applications have none. */
  readonly any: boolean;
  /** Whether some are reported only. */
  readonly anyReport: boolean;
  /** Whether a limit needs the arguments of calls. */
  readonly countRepeats: boolean;
  private readonly ofRequests: readonly AppliedLimit[];
  private readonly ofAgents: readonly AppliedLimit[];
  private readonly perAgent: ReadonlyMap<string, readonly AppliedLimit[]>;

  constructor({ request = {}, agent = {}, perAgent = {} }: RunLimitOptions = {}) {
    this.ofRequests = applied('request', request);
    this.ofAgents = applied('agent', agent);
    this.perAgent = new Map(
      Object.entries(perAgent).map(([id, limit]) => [
        normaliseName(id),
        applied('agent', { ...agent, ...given(limit) }),
      ]),
    );
    const all = [...this.ofRequests, ...this.ofAgents, ...[...this.perAgent.values()].flat()];
    this.any = all.length > 0;
    this.anyReport = all.some(({ isStop }) => !isStop);
    this.countRepeats = all.some(({ name }) => name === 'repeatedCalls');
  }

  /** The labels of all limits that an agent may reach, outermost or inside another. */
  labelsOf(agentId: string): Iterable<string> {
    return new Set([...this.ofAgent(agentId), ...this.ofRequests].map(limitLabel));
  }

  /** The limit that does not let the call begin. */
  findStop(run: LimitedRun, call: LimitedCall): AppliedLimit | undefined {
    return run.spending.reached?.stop ?? this.find(run, call, true);
  }

  /** A limit that the call goes beyond, and that is yet to be reported for this run. */
  findReport(run: LimitedRun, call: LimitedCall): AppliedLimit | undefined {
    return this.find(run, call, false);
  }

  private find(run: LimitedRun, call: LimitedCall, isStop: boolean): AppliedLimit | undefined {
    const own = findReached(this.ofAgent(run.name), run.spending, call, isStop);
    if (own !== undefined || !run.isRequest) return own;
    return findReached(this.ofRequests, run.spending, call, isStop);
  }

  private ofAgent(id: string): readonly AppliedLimit[] {
    // Most applications give none an own limit, and a lookup takes as long as all of the rest.
    return this.perAgent.size === 0 ? this.ofAgents : (this.perAgent.get(id) ?? this.ofAgents);
  }
}

export function limitLabel({ measure }: AppliedLimit): string {
  return measure.label;
}

/** What a call is refused with. */
export function limitError({ kind, name, measure, allowed }: AppliedLimit, run: LimitedRun): ExecutionLimitError {
  return new ExecutionLimitError(kind, run.name, name, allowed, measure.spent(run.spending));
}

function isNew({ kind }: LimitedCall): boolean {
  return kind !== undefined;
}

/** A loop without a closure: it runs before each call, for all runs around it. */
function findReached(
  limits: readonly AppliedLimit[],
  spending: RunSpending,
  call: LimitedCall,
  isStop: boolean,
): AppliedLimit | undefined {
  for (const limit of limits) {
    if (limit.isStop !== isStop || !isUsedUp(limit, spending, call)) continue;
    if (isStop || !spending.reached?.reported.has(limit)) return limit;
  }
  return undefined;
}

function isUsedUp({ measure, allowed }: AppliedLimit, spending: RunSpending, call: LimitedCall): boolean {
  return measure.concerns(call) && measure.spent(spending) >= allowed;
}

/** Without what is there and says nothing, as an option that is read from the environment may. */
function given(limit: RunLimit): RunLimit {
  return Object.fromEntries(Object.entries(limit).filter(([, value]) => value !== undefined));
}

function applied(kind: AppliedLimit['kind'], { onExceeded, ...limits }: RunLimit): AppliedLimit[] {
  return LIMIT_NAMES.filter((name) => limits[name] !== undefined).map((name) => ({
    kind,
    name,
    measure: MEASURES[name],
    allowed: limits[name]!,
    isStop: onExceeded !== 'report',
  }));
}

import type { Execution, RunningExecution } from '../executions/execution';
import type { ExecutionKind } from '../executions/execution-status';

/** The longest step of a request. */
export interface SlowestStep {
  /** What was run. */
  readonly kind: ExecutionKind;
  /** The id of the agent, or the name of the tool or the model. */
  readonly name: string;
  /** Without pauses. */
  readonly durationSeconds: number;
}

/** A step of a request that failed. */
export interface FailedStep {
  /** What was run. */
  readonly kind: ExecutionKind;
  /** The id of the agent, or the name of the tool or the model. */
  readonly name: string;
  /** Class name or code of the error, never its message. */
  readonly errorType: string;
}

/** What a request has beside its outermost agent execution. */
export interface RequestSteps {
  /** Executions inside it, of agents, tools and models: those that have ended and those in progress. */
  readonly steps: number;
  /**
   * The longest tool or model call that has ended. The longest agent if no tool or model call was timed; undefined if no
   * step was.
   */
  readonly slowestStep: SlowestStep | undefined;
  /** Those that ended with an error or a timeout. */
  readonly failedSteps: number;
  /** The last of those that are kept; undefined where none failed. */
  readonly failedStep: FailedStep | undefined;
  /** Whether some of its executions are not kept: of more than 500 the longest and those that failed are. */
  readonly truncated: boolean;
}

/** A request that is over: its outermost agent execution, and what its steps add up to. */
export interface FinishedRequest extends Execution, RequestSteps {}

/** A request in progress. */
export interface RunningRequest extends RunningExecution, RequestSteps {}

/** An execution of a request with those inside it, in the order in which they began. One in progress has no status. */
export type ExecutionNode = (Execution | RunningExecution) & {
  /** Executions inside it. If the parent of one is not kept, it is listed under its nearest ancestor that is. */
  readonly children: readonly ExecutionNode[];
};

/** A request with everything that ran inside it. One in progress has no status. */
export type RequestTree = (FinishedRequest | RunningRequest) & {
  /** What ran directly inside it, in the order in which they began. */
  readonly executions: readonly ExecutionNode[];
};

export const REQUEST_VIEWS = ['recent', 'slowest', 'failed', 'running'] as const;

/** Which requests: the last, the slowest of the last hour, the last that failed or had a step that failed, those in progress. */
export type RequestView = (typeof REQUEST_VIEWS)[number];

/**
 * Which requests `getRequests` returns. A field that is left out does not filter.
 *
 * @example
 * metrics.getRequests({ view: 'failed', toolName: 'search', minDurationMs: 1_000, limit: 10 });
 */
export interface RequestFilter {
  /** @default 'recent' */
  readonly view?: RequestView;
  /** Only those in which this agent ran, outermost or inside. */
  readonly agentId?: string;
  /** Only those in which this tool was called. */
  readonly toolName?: string;
  /** Only those in which something ended with this type of error. */
  readonly errorType?: string;
  /** Only those with this value of the option `breakdown`. */
  readonly breakdown?: string;
  /** Only those that took so many milliseconds or more; in progress, that began so long ago. */
  readonly minDurationMs?: number;
  /** Only those that ended after this time; those in progress have not ended yet. */
  readonly since?: Date;
  /** Only those that ended by this time; those in progress have not ended yet. */
  readonly until?: Date;
  /** How many at most. */
  readonly limit?: number;
}

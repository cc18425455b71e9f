import type { ExecutionStatus } from '../collection/execution-status';
import { executionId } from '../collection/finished-execution';
import type { Account } from '../collection/metrics-store';
import type { ApplicationTracking } from './application-tracking';
import { runInContext } from './execution-context';
import type { ExecutionHandle } from './execution-handle';
import type { ExecutionSpec } from './execution-spec';
import type { Outcome } from './outcome';
import { CANCELLED, classifyFailure, SUCCESS } from './outcome';

/** One execution from its beginning to its end. */
export class LiveExecution implements ExecutionHandle {
  readonly sequence: number;
  readonly parentSequence: number | undefined;
  /** The outermost agent around this execution. An agent is one itself where every agent around it has ended. */
  readonly requestSequence: number | undefined;
  /** The agent under which this execution is counted. */
  readonly agentId: string | undefined;
  /** Undefined while recording is switched off. */
  account: Account | undefined;
  /** Milliseconds on the clock's scale. */
  startedAt = 0;
  retries = 0;
  chunks = 0;
  firstChunkAt: number | undefined;
  ended = false;
  /** Begun by an interceptor: the handler's own decorator joins it and counts nothing. */
  claimable = false;
  /** The agent under which the tools that it calls are counted. */
  readonly contextAgentId: string | undefined;
  /** Begun in vain so far: what the call returned runs only when somebody asks it to. */
  private parked = false;
  private used = false;
  private pausedMs = 0;
  private pausedAt = 0;
  private pauses = 0;
  private deferrals = 0;
  private failure: Outcome | undefined;
  private abort: AbortController | undefined;
  private abortReason: unknown;

  constructor(
    readonly tracking: ApplicationTracking,
    readonly spec: ExecutionSpec,
    readonly name: string,
    public parent: LiveExecution | undefined,
  ) {
    const { kind } = spec;
    this.sequence = tracking.nextSequence();
    this.parentSequence = parent?.sequence;
    this.contextAgentId = kind === 'agent' ? name : parent?.contextAgentId;
    this.agentId = spec.agent ?? this.contextAgentId;
    this.requestSequence = kind === 'agent' ? (parent?.enclosingRequest ?? this.sequence) : parent?.requestSequence;
  }

  get id(): string {
    return executionId(this.tracking.instanceId, this.sequence);
  }

  get kind() {
    return this.spec.kind;
  }

  /** The request of the nearest agent that still runs: what an agent that begins here is a part of. */
  get enclosingRequest(): number | undefined {
    return liveAgent(this)?.requestSequence;
  }

  get signal(): AbortSignal {
    if (this.abort === undefined) {
      this.abort = new AbortController();
      if (this.abortReason !== undefined) this.abort.abort(this.abortReason);
    }
    return this.abort.signal;
  }

  run<Result>(fn: () => Result): Result {
    return this.tracking.asyncContext ? runInContext(this, fn) : fn();
  }

  recordRetry(): void {
    if (!this.ended) this.retries += 1;
  }

  fail(error: unknown): void {
    this.failure ??= classifyFailure(error);
  }

  defer(): (error?: unknown) => void {
    let pending = true;
    this.deferrals += 1;
    return (error) => {
      if (!pending) return;
      pending = false;
      this.deferrals -= 1;
      if (error !== undefined) this.failed(error);
      else this.succeeded();
    };
  }

  pause(): () => void {
    let pausing = true;
    this.pauses += 1;
    if (this.pauses === 1) this.pausedAt = this.tracking.now();
    return () => {
      if (!pausing) return;
      pausing = false;
      this.pauses -= 1;
      if (this.pauses === 0) this.pausedMs += this.tracking.now() - this.pausedAt;
    };
  }

  end(status: ExecutionStatus = 'success'): void {
    this.finish(this.failure ?? { status, errorType: undefined });
  }

  /** Counts a chunk that a stream delivered. */
  chunk(at?: number): void {
    this.chunks += 1;
    this.firstChunkAt ??= at ?? this.tracking.now();
  }

  /** The function, or what it returned, came to its end. */
  succeeded(): void {
    if (this.deferrals === 0) this.finish(this.failure ?? SUCCESS);
  }

  failed(error: unknown): void {
    this.finish(this.failure ?? classifyFailure(error));
  }

  /** Nobody wants the result any more, though the execution has yet to come to its end. */
  abandon(reason: unknown): void {
    if (this.ended) return;
    this.abortReason = reason;
    this.abort?.abort(reason);
  }

  /** The consumer stopped early, or the application closes. */
  cancelled(reason: unknown): void {
    this.abandon(reason);
    this.finish(this.failure ?? CANCELLED);
  }

  /** Milliseconds since the beginning, without the pauses. */
  elapsed(now: number): number {
    const pausing = this.pauses === 0 ? 0 : now - this.pausedAt;
    return Math.max(0, now - this.startedAt - this.pausedMs - pausing);
  }

  /**
   * Takes the execution back, because what the call returned has not begun: a generator before its first `next`, an
   * Observable before it is subscribed to.
   */
  park(): void {
    this.parked = true;
    this.tracking.leave(this);
  }

  /** The execution of one use of a result: this one for the first, one of its own for every further. */
  enter(): LiveExecution {
    if (this.used || this.ended) return this.tracking.enter(this.another());
    this.used = true;
    if (this.parked) {
      this.parked = false;
      this.tracking.enter(this);
    }
    return this;
  }

  private another(): LiveExecution {
    const another = new LiveExecution(this.tracking, this.spec, this.name, this.parent);
    another.used = true;
    return another;
  }

  private finish(outcome: Outcome): void {
    if (this.ended) return;
    this.ended = true;
    if (!this.parked) this.tracking.finish(this, outcome);
    this.parent = live(this.parent);
  }
}

/** The nearest that still runs. Ended ones are let go, so that work which begets work holds no chain of them. */
function live(execution: LiveExecution | undefined): LiveExecution | undefined {
  let candidate = execution;
  while (candidate?.ended) candidate = candidate.parent;
  return candidate;
}

function liveAgent(execution: LiveExecution | undefined): LiveExecution | undefined {
  let candidate = live(execution);
  while (candidate !== undefined && candidate.kind !== 'agent') candidate = live(candidate.parent);
  return candidate;
}

import type { ActiveSpan } from '../collection/active-span';
import { isExecutionStatus } from '../collection/execution-status';
import type { ExecutionStatus } from '../collection/execution-status';
import { executionId } from '../collection/finished-execution';
import type { Account } from '../collection/metrics-store';
import type { ApplicationTracking } from './application-tracking';
import type { Deadline, Expiry } from './deadline';
import { runInContext } from './execution-context';
import type { ExecutionHandle } from './execution-handle';
import { live, liveAgent, liveAncestry } from './execution-lineage';
import { ExecutionSignal } from './execution-signal';
import type { ExecutionSpec } from './execution-spec';
import { ExecutionTimeoutError } from './execution-timeout.error';
import type { Outcome } from './outcome';
import { CANCELLED, SUCCESS } from './outcome';
import { SequenceBudget } from './sequence-budget';
import { Stopwatch } from './stopwatch';

/** What an execution has from the one in which it began. */
type Origin = Pick<LiveExecution, 'sequence' | 'contextAgentId' | 'requestSequence' | 'callSequence'>;

/** One execution from its beginning to its end. */
export class LiveExecution implements ExecutionHandle {
  readonly sequence: number;
  readonly parentSequence: number | undefined;
  /** The first execution of the call of which this one is a further use; itself, if it is the first. */
  callSequence: number;
  /** The outermost agent around this execution. An agent is one itself where every agent around it has ended. */
  readonly requestSequence: number | undefined;
  /** The agent under which this execution is counted. */
  readonly agentId: string | undefined;
  /** Undefined while recording is switched off. */
  account: Account | undefined;
  /** The span that was active when it began. */
  span: ActiveSpan | undefined;
  readonly watch = new Stopwatch();
  retries = 0;
  inputBytes = 0;
  outputBytes = 0;
  chunks = 0;
  /** Milliseconds to the first chunk that counts. */
  firstChunkMs: number | undefined;
  ended = false;
  /** Begun by an interceptor: the handler's own decorator joins it and counts nothing. */
  claimable = false;
  /** The agent under which the tools that it calls are counted. */
  readonly contextAgentId: string | undefined;
  /** Begun in vain so far: what the call returned runs only when somebody asks it to. */
  private parked = false;
  private used = false;
  private readonly parentCallSequence: number | undefined;
  private deadline: Deadline | undefined;
  private budget: SequenceBudget | undefined;
  private deferrals = 0;
  /** What was returned has come to its end; only `defer` can keep the execution open now. */
  private delivered = false;
  private endsByHandle = false;
  private verdict: Outcome | undefined;
  private readonly signalling = new ExecutionSignal();

  constructor(
    readonly tracking: ApplicationTracking,
    readonly spec: ExecutionSpec,
    readonly name: string,
    public parent: LiveExecution | undefined,
    origin: Origin | undefined = parent,
  ) {
    const { kind } = spec;
    this.sequence = tracking.nextSequence();
    this.callSequence = this.sequence;
    this.parentSequence = origin?.sequence;
    this.parentCallSequence = origin?.callSequence;
    this.contextAgentId = kind === 'agent' ? name : origin?.contextAgentId;
    this.agentId = spec.agent ?? this.contextAgentId;
    this.requestSequence = kind === 'agent' ? (parent?.enclosingRequest ?? this.sequence) : origin?.requestSequence;
  }

  get id(): string {
    return executionId(this.tracking.instanceId, this.sequence);
  }

  get kind() {
    return this.spec.kind;
  }

  /** The request of the nearest agent that still runs: what an agent that begins here is a part of. */
  get enclosingRequest(): number | undefined {
    return liveAgent<LiveExecution>(this)?.requestSequence;
  }

  /** Also aborts with the execution around this one: whoever gives up on an agent gives up on its tools. */
  get signal(): AbortSignal {
    return this.signalling.get(() => live(this.parent)?.signal);
  }

  run<Result>(fn: () => Result): Result {
    return this.tracking.asyncContext ? runInContext(this, fn) : fn();
  }

  recordRetry(): void {
    if (!this.ended) this.retries += 1;
  }

  fail(error: unknown): void {
    if (!this.ended) this.verdict ??= this.tracking.verdicts.onError(error);
  }

  defer(): (error?: unknown) => void {
    let pending = true;
    this.deferrals += 1;
    return (error) => {
      if (!pending) return;
      pending = false;
      this.deferrals -= 1;
      // Callbacks of Node pass null for no error.
      if (error !== undefined && error !== null) this.failed(error);
      else if (this.delivered) this.succeeded();
    };
  }

  /** What waits on a human in an execution waits in those around it, too. */
  pause(): () => void {
    let pausing = true;
    const paused = [...liveAncestry<LiveExecution>(this)];
    for (const execution of paused) execution.stopClock();
    return () => {
      if (!pausing) return;
      pausing = false;
      for (const execution of paused) execution.resumeClock();
    };
  }

  end(status: ExecutionStatus = 'success'): void {
    const { faults } = this.tracking;
    if (!this.endsByHandle) {
      return faults.warnOnce('end', 'end() ends what ExecutionTracker.start began; a function ends by itself.');
    }
    const isKnown = isExecutionStatus(status);
    if (!isKnown) faults.warnOnce('end status', 'end() was called with an unknown status; it counts as error.');
    this.finish(this.verdict ?? { status: isKnown ? status : 'error', errorType: undefined });
  }

  /** There is no function to wait for: the handle ends it, or what is deferred does. */
  endByHandle(): void {
    this.endsByHandle = true;
    this.delivered = true;
  }

  /** Counts a chunk that a stream delivered. */
  chunk(chunk: unknown, at?: number): void {
    if (this.ended) return;
    this.chunks += 1;
    this.outputBytes += this.tracking.accountant.measure(this, chunk);
    if (this.firstChunkMs !== undefined || !this.isFirst(chunk)) return;
    this.firstChunkMs = this.watch.elapsed(at ?? this.tracking.now());
  }

  /** The call came to its end with this value. */
  returned(value: unknown): void {
    if (this.ended) return;
    this.outputBytes += this.tracking.accountant.measure(this, value);
    this.tracking.accountant.addUsage(this, value);
    this.verdict ??= this.tracking.verdicts.onResult(value, this);
    this.succeeded();
  }

  /** The function, or what it returned, came to its end. */
  succeeded(): void {
    this.delivered = true;
    if (this.deferrals === 0) this.finish(this.verdict ?? SUCCESS);
  }

  failed(error: unknown): void {
    if (!this.ended) this.finish(this.verdict ?? this.tracking.verdicts.onError(error));
  }

  /** The consumer of a stream wants no more of it. Nothing follows from that once it has had everything. */
  stopped(): void {
    if (!this.delivered) this.cancelled(consumerStopped());
  }

  /** Nobody wants the result any more, though the execution has yet to come to its end. */
  abandon(reason: unknown): void {
    if (!this.ended) this.signalling.abort(reason);
  }

  /** The consumer stopped early, or the application closes. */
  cancelled(reason: unknown): void {
    this.abandon(reason);
    this.finish(this.verdict ?? CANCELLED);
  }

  /** Whether something may end it before it ends itself. */
  get isLimited(): boolean {
    return this.deadline !== undefined;
  }

  /** What a limit ended it with. */
  get expired(): ExecutionTimeoutError | undefined {
    return this.deadline?.expired;
  }

  /** Calls back at the limit, if there is one and it is reached; at once, if it has been. */
  onExpire(listener: (error: ExecutionTimeoutError) => void): void {
    if (!this.ended || this.expired !== undefined) this.deadline?.onExpire(listener);
  }

  /** Settles like `promise`, or rejects at the limit, whichever comes first. */
  race<Value>(promise: Promise<Value>): Promise<Value> {
    return this.deadline?.race(promise) ?? promise;
  }

  /** What the tools of this agent have together. */
  sequenceBudget(limitMs: number): SequenceBudget {
    return (this.budget ??= new SequenceBudget(limitMs));
  }

  /** Starts the clock of an execution that begins. With nothing left of its limit it ends at once. */
  startClock(now: number): void {
    this.watch.start(now);
    this.deadline = this.tracking.createDeadline(this);
    this.deadline?.start();
  }

  /** Waits for the limit, once the call has returned: what is synchronous cannot be interrupted, and is not. */
  armClock(): void {
    this.deadline?.arm();
  }

  /**
   * Takes the execution back, because what the call returned has not begun: a generator before its first `next`, an
   * Observable before it is subscribed to.
   */
  park(): void {
    if (this.parked) return;
    this.parked = true;
    this.deadline?.stop();
    this.tracking.leave(this);
  }

  /** The execution of one use of a result: this one for the first, one of its own for every further. */
  enter(): LiveExecution {
    if (this.used || this.ended) return this.another().begin();
    this.used = true;
    return this.parked ? this.begin() : this;
  }

  /** Begins while the caller does something else. */
  begin(): LiveExecution {
    this.parked = false;
    this.tracking.enter(this);
    this.armClock();
    return this;
  }

  /** It begins where this one did: in the parent's own call, or in the further use of it that is running. */
  private another(): LiveExecution {
    const { tracking, spec, name, parentCallSequence } = this;
    const running = tracking.current();
    const isParent = running !== undefined && running.callSequence === parentCallSequence;
    const another = new LiveExecution(
      tracking,
      spec,
      name,
      isParent ? running : this.parent,
      isParent ? running : this.origin,
    );
    another.callSequence = this.callSequence;
    another.used = true;
    return another;
  }

  /** The parent may have been let go. */
  private get origin(): Origin | undefined {
    const { parentSequence: sequence, parentCallSequence: callSequence, contextAgentId, requestSequence } = this;
    if (sequence === undefined || callSequence === undefined) return undefined;
    return { sequence, callSequence, contextAgentId, requestSequence };
  }

  private isFirst(chunk: unknown): boolean {
    const { firstChunk } = this.spec;
    return firstChunk === undefined || (this.tracking.faults.guard('firstChunk', () => firstChunk(chunk)) ?? true);
  }

  private finish(outcome: Outcome): void {
    if (this.ended) return;
    this.ended = true;
    this.deadline?.end();
    if (!this.parked) this.tracking.finish(this, outcome);
    this.parent = live(this.parent);
  }

  /** Ends it at a limit. */
  expire({ limitMs, sequence }: Expiry): ExecutionTimeoutError {
    const error = new ExecutionTimeoutError(this.kind, this.name, limitMs, sequence);
    this.finish({ status: 'timeout', errorType: error.name });
    this.signalling.abort(error);
    return error;
  }

  private stopClock(): void {
    if (this.watch.pause(this.tracking.now())) this.deadline?.stop();
  }

  private resumeClock(): void {
    if (this.watch.resume(this.tracking.now()) && !this.ended) this.goOn();
  }

  private goOn(): void {
    this.deadline?.start();
    this.deadline?.arm();
  }
}

/** Why a signal aborts when whoever read a stream no longer does. */
export function consumerStopped(): DOMException {
  return new DOMException('The consumer stopped early.', 'AbortError');
}

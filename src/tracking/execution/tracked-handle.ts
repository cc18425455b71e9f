import { executionId, type Outcome } from '../../collection/executions/finished-execution';
import { RunTotals } from '../../collection/executions/run-totals';
import {
  isExecutionStatus,
  type ExecutionKind,
  type ExecutionStatus,
} from '../../collection/executions/execution-status';
import { keepShapes } from '../../runtime/kept-shapes';
import { labelOf } from '../declaring/execution-spec';
import type { ExecutionEnd, ExecutionHandle, ModelName, ModelUsage, Spending } from '../execution-handle';
import { runInside } from './async-context';
import { openAncestors } from './execution-lineage';
import type { LiveExecution } from './live-execution';
import { toldTime } from './told-time';

/**
 * From a handle to its execution. A symbol, so that nothing of an execution shows where a handle is logged as JSON; a
 * registered one, so that a handle of another copy of this package is as good as one of ours.
 */
const EXECUTION = Symbol.for('nestjs-agent-metrics@1:execution');

/** The public side of an execution. */
export class TrackedHandle implements ExecutionHandle {
  readonly [EXECUTION]: LiveExecution;
  private endsExecution = false;

  constructor(execution: LiveExecution) {
    this[EXECUTION] = execution;
  }

  get id(): string {
    const { host, serial } = this[EXECUTION].context;
    return executionId(host.store.instanceId, serial);
  }

  get kind(): ExecutionKind {
    return this[EXECUTION].kind;
  }

  get name(): string {
    return this[EXECUTION].name;
  }

  get parent(): ExecutionHandle | undefined {
    const { parent } = this[EXECUTION].context;
    return parent && handleOf(parent);
  }

  get signal(): AbortSignal {
    return this[EXECUTION].context.signal;
  }

  get spent(): Spending {
    const execution = this[EXECUTION].context;
    const { allToolCalls, allModelCalls, allUsage } = execution.totals ?? NOTHING_SPENT;
    const own = execution.model?.total();
    const inside = allUsage?.tokens;
    return {
      tokens: (inside?.total ?? 0) + (own === undefined ? 0 : own.tokens.inputTokens + own.tokens.outputTokens),
      costUsd: (inside?.costUsd ?? 0) + (own?.costUsd ?? 0),
      toolCalls: allToolCalls,
      modelCalls: allModelCalls,
    };
  }

  run<Result>(fn: () => Result): Result {
    this.seen.idleEnd?.sign();
    return runInside(this[EXECUTION], fn);
  }

  recordRetry(): void {
    this[EXECUTION].idleEnd?.retry();
    this[EXECUTION].recordRetry();
  }

  usage(tokens: ModelUsage): void {
    const { kind, host } = this[EXECUTION];
    if (kind === 'model') this.seen.reportUsage(tokens);
    else
      host.faults.warnOnce(
        'handle usage',
        `usage() reports the tokens of a model call, and this is ${ARTICLES[kind]}.`,
      );
  }

  firstToken(time?: Date): void {
    this.seen.firstToken(toldTime(time, this[EXECUTION].host.store.clock));
  }

  chunk(value?: unknown): void {
    this.seen.chunk(value);
  }

  returned(value: unknown): void {
    this.seen.hasReturned(value);
  }

  rename(model: ModelName): void {
    const execution = this.seen;
    const { name, provider }: Partial<ModelName> = model ?? {};
    const given = labelOf(name);
    if (execution.kind === 'model' && given !== undefined) execution.rename(given, labelOf(provider));
    else execution.host.faults.warnOnce('rename', 'rename() gives a model call another name, which must not be empty.');
  }

  fail(error: unknown): void {
    this.seen.decide(error);
  }

  defer(): (error?: unknown) => void {
    const execution = this.seen;
    let pending = true;
    execution.hold();
    return (error) => {
      if (!pending) return;
      pending = false;
      // Callbacks of Node pass null for no error.
      if (error !== undefined && error !== null) execution.failed(error);
      execution.release();
    };
  }

  /** What waits on a human in an execution waits in those around it, too. */
  pause(): () => void {
    const { clock } = this[EXECUTION].host.store;
    let pausing = true;
    const paused = [...openAncestors<LiveExecution>(this[EXECUTION])];
    for (const execution of paused) execution.pauseClock(clock.now());
    return () => {
      if (!pausing) return;
      pausing = false;
      for (const execution of paused) execution.resumeClock(clock.now());
    };
  }

  end(end: ExecutionStatus | ExecutionEnd = {}): void {
    const execution = this.seen;
    const { faults, outcomeRules, store } = execution.host;
    if (!this.endsExecution) {
      return faults.warnOnce('end', 'end() ends what start() began; a function ends by itself.');
    }
    const { status, error, endTime }: ExecutionEnd = typeof end === 'object' && end !== null ? end : { status: end };
    const ofError: Outcome | undefined = error === undefined ? undefined : outcomeRules.ofError(error);
    const at = toldTime(endTime, store.clock);
    if (status === undefined && ofError === undefined) return execution.endNow(at);
    const isKnown = status === undefined || isExecutionStatus(status);
    if (!isKnown) faults.warnOnce('end status', 'end() was called with an unknown status; it counts as error.');
    execution.endWith(
      { errorType: undefined, ...ofError, status: isKnown ? (status ?? ofError!.status) : 'error' },
      at,
    );
  }

  /** Its execution, which shows that it goes on. */
  private get seen(): LiveExecution {
    const execution = this[EXECUTION];
    execution.idleEnd?.sign();
    return execution;
  }

  /** There is no function to wait for: the handle ends it, or what is deferred does. */
  endExecution(): void {
    this.endsExecution = true;
    this[EXECUTION].awaitHandle();
  }
}

const NOTHING_SPENT: Readonly<RunTotals> = new RunTotals();

const ARTICLES = { agent: 'an agent', tool: 'a tool', model: 'a model call' } as const;

const handles = new WeakMap<LiveExecution, TrackedHandle>();

/** The handle of an execution, the same one each time. Made at the first use, because most have none. */
export function handleOf(execution: LiveExecution): TrackedHandle {
  let handle = handles.get(execution);
  if (handle === undefined) handles.set(execution, (handle = new TrackedHandle(execution)));
  return handle;
}

/** The execution behind a handle, if it is one of ours. */
export function executionOf(handle: ExecutionHandle | null | undefined): LiveExecution | undefined {
  return (handle as Partial<TrackedHandle> | null | undefined)?.[EXECUTION];
}

keepShapes(new TrackedHandle({} as LiveExecution));

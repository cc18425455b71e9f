import { enteredExecution } from '../execution/async-context';
import type { FurtherExecutions } from '../execution/further-executions';
import type { LiveExecution } from '../execution/live-execution';
import { Use } from './use';
import type { Watch } from './watch';

/** Calls that wait for their use at most; one more ends as it returns. A method may hand out what it keeps for ever. */
const MAX_WAITING = 16;

/** A call that handed the object out, and how to make more executions of it. */
interface Call {
  readonly execution: LiveExecution;
  readonly use: Use;
}

/** The calls that handed out an object which can be used again and again. Each use is an execution. */
export class Calls implements Watch {
  readonly isReusable = true;
  private waiting: Call[] = [];
  /** Of the call that was used last, from the inside out. */
  private further: FurtherExecutions[] = [];

  /** @param isSeenInPart whether the object may be used in ways that are not seen */
  constructor(
    execution: LiveExecution,
    private readonly isSeenInPart = false,
  ) {
    this.wait(execution);
  }

  /** One that has begun, because it was awaited, waits alone: it is in progress all the time. */
  join(execution: LiveExecution): boolean {
    this.forgetClosed();
    if (this.waiting.some(({ use }) => use.join(execution))) return true;
    const { length } = this.waiting;
    if (length >= MAX_WAITING || (length > 0 && !execution.isPostponed)) return false;
    this.wait(execution);
    return true;
  }

  endWhenDropped(source: object): void {
    this.waiting.at(-1)?.use.endWhenDropped(source);
  }

  /** The object is used: by a call that was made where the use is, else by the oldest, else once more by the last. */
  take(): Use | undefined {
    this.forgetClosed();
    const caller = enteredExecution();
    const own = this.waiting.findIndex(({ execution }) => execution.parent === caller);
    const [call] = this.waiting.splice(Math.max(own, 0), 1);
    if (call !== undefined) {
      this.further = call.use.further;
      return call.use;
    }
    const executions = this.furtherExecutions();
    return executions.length === 0 ? undefined : new Use(executions);
  }

  /** The first of those that wait. */
  get next(): Use | undefined {
    return this.waiting[0]?.use;
  }

  /** The object has come to its end without being used in a way that is seen. */
  endAll(end: (use: Use) => void): void {
    for (const { use } of this.waiting.splice(0)) end(use);
  }

  /** From the inside out, and made from the outside in: each belongs to the one around it. */
  private furtherExecutions(): LiveExecution[] {
    const executions: LiveExecution[] = [];
    for (const further of this.further.toReversed()) {
      const execution = further(executions[0]);
      if (execution !== undefined) executions.unshift(execution);
    }
    return executions;
  }

  private forgetClosed(): void {
    if (this.waiting.some(({ execution }) => execution.host.closed))
      this.waiting = this.waiting.filter(({ execution }) => !execution.host.closed);
  }

  private wait(execution: LiveExecution): void {
    this.waiting.push({ execution, use: new Use([execution], this.isSeenInPart) });
  }
}

import type { ExecutionHandle } from '../../index';
import type { AgentsSpan } from './agents-span';

/** A span that goes on. */
export interface OpenSpan {
  readonly type: string;
  readonly around: OpenSpan | undefined;
  /** Of an agent and a tool. */
  execution: ExecutionHandle | undefined;
  /** Of a model call that is not counted otherwise: it is counted at the end of the span, when its name is known. */
  modelCall: Place | undefined;
  /** Of an agent: the last call of its model, counted by us or by another adapter. */
  lastModelCall: ExecutionHandle | undefined;
}

/** The place of an execution. */
export interface Place {
  readonly parent: ExecutionHandle | undefined;
  /** Now if undefined. */
  readonly startTime: Date | undefined;
}

/** By their ids: the SDK copies spans. One that it never ends goes with the run that holds the original and the copies. */
export class OpenSpans {
  /** A processor of ours that is made, but not given to the SDK, hears of no end either. */
  isHearing = false;
  private readonly bySpan = new WeakMap<AgentsSpan, OpenSpan>();
  private readonly byId = new Map<string, WeakRef<OpenSpan>>();
  private readonly dropped = new FinalizationRegistry<string>((id) => this.byId.delete(id));

  find(id: string | null | undefined): OpenSpan | undefined {
    return id === null || id === undefined ? undefined : this.byId.get(id)?.deref();
  }

  add(span: AgentsSpan, around: OpenSpan | undefined): OpenSpan {
    const { type } = span.spanData;
    const open: OpenSpan = { type, around, execution: undefined, modelCall: undefined, lastModelCall: undefined };
    this.byId.set(span.spanId, new WeakRef(open));
    this.dropped.register(open, span.spanId, open);
    this.keep(span, open);
    return open;
  }

  /** The SDK holds the original as long as the run goes on, and a copy as long as code runs in its context. */
  keep(span: AgentsSpan, open: OpenSpan): void {
    this.bySpan.set(span, open);
  }

  /** @returns undefined where it has ended before */
  remove({ spanId }: AgentsSpan): OpenSpan | undefined {
    const open = this.find(spanId);
    if (open === undefined) return undefined;
    this.byId.delete(spanId);
    this.dropped.unregister(open);
    return open;
  }
}

/** Of itself and what is around it, from the inside out. */
function* outwards(open: OpenSpan | undefined): Generator<OpenSpan> {
  for (let next = open; next !== undefined; next = next.around) yield next;
}

/** What may call models on its own account. */
const OTHERS: ReadonlySet<string> = new Set(['function', 'guardrail']);

/** The agent that makes the model call of a span itself. */
export function callerOf(open: OpenSpan): OpenSpan | undefined {
  for (const candidate of outwards(open)) {
    if (candidate.type === 'agent') return candidate;
    if (OTHERS.has(candidate.type)) return undefined;
  }
  return undefined;
}

/** The agent or tool to which code in the context of a span belongs. */
export function executionAround(open: OpenSpan | undefined): ExecutionHandle | undefined {
  for (const { execution } of outwards(open)) if (execution !== undefined) return execution;
  return undefined;
}

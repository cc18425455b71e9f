/** A span of the Agents SDK, as far as it is read here. */
export interface AgentsSpan {
  /** Unique. Spans are copied; a copy has the id of the original. */
  readonly spanId: string;
  /** The span around it, if there is one. */
  readonly parentId: string | null;
  /** What it is about. */
  readonly spanData: AgentsSpanData;
  /** In whose context it began, a copy mostly. */
  readonly previousSpan?: AgentsSpan | undefined;
  /** ISO 8601. */
  readonly startedAt: string | null;
  /** ISO 8601; null as long as it goes on. */
  readonly endedAt: string | null;
  /** What failed, as text. */
  readonly error: {
    /** Of the error itself, or of what was done as it came. */
    readonly message: string;
    /** The error as text, under `error`. */
    readonly data?: Readonly<Record<string, unknown>>;
  } | null;
}

/** What a span is about. */
export interface AgentsSpanData {
  /** `agent`, `function`, `generation`, `response`, and others that are no execution. */
  readonly type: string;
}

interface AgentsContext {
  readonly active?: boolean;
  readonly span?: AgentsSpan | undefined;
}

/** Where all copies of the SDK keep the context in which they run code. */
const CONTEXT = Symbol.for('openai.agents.core.asyncLocalStorage');

/** The span in which the caller runs. */
export function activeSpan(): AgentsSpan | undefined {
  const contexts = (globalThis as { [CONTEXT]?: { getStore(): AgentsContext | undefined } })[CONTEXT];
  const context = contexts?.getStore();
  return context?.active === true ? context.span : undefined;
}

import { trace, type Context } from '@opentelemetry/api';
import { startExecution, type ExecutionHandle, type ExecutionKind } from '../../index';
import { processWide } from '../../runtime/process-wide';
import { bridgeContext, innermostRunning } from '../../tracking/adapting/context-bridge';
import { guarded } from '../../tracking/adapting/guarded';
import { dateOf, type EndedSpan, type StartedSpan } from './span';
import { errorOfSpan, nameOfSpan, providerOf, timeToFirstChunkMs, usageOf } from './span-attributes';
import { kindOfSpan } from './span-kind';

/** A span that goes on. */
interface OpenSpan {
  readonly span: StartedSpan;
  readonly around: OpenSpan | undefined;
  /** Undefined as long as nothing says what it is. */
  execution: ExecutionHandle | undefined;
  /** Another adapter counts the same agent. */
  isCountedElsewhere: boolean;
}

/** Weak: a span that its library never ends must not be kept by us. */
const openSpans = processWide('otel spans', () => new WeakMap<object, OpenSpan>());

/**
 * Counts what the spans of AI libraries tell: agents, tools and model calls with their tokens, times and errors. It knows the
 * GenAI conventions, OpenInference, OpenLLMetry and the spans of the AI SDK. For libraries that have no adapter of their own:
 * a span that is not sampled never reaches it, and no span tells of retries.
 *
 * @example
 * new NodeSDK({ spanProcessors: [new AgentMetricsSpanProcessor()] }).start();
 */
export class AgentMetricsSpanProcessor {
  /** Registered twice, it counts once. */
  constructor() {
    bridgeContext('opentelemetry', () => executionAround(openSpans.get(trace.getActiveSpan() ?? {})));
  }

  /** Called by the SDK as a span starts. */
  onStart(span: StartedSpan, parentContext: Context): void {
    guarded('span', () => {
      if (openSpans.has(span)) return;
      const open: OpenSpan = {
        span,
        around: openSpans.get(trace.getSpan(parentContext) ?? {}),
        execution: undefined,
        isCountedElsewhere: false,
      };
      openSpans.set(span, open);
      // Some libraries say only now what the span around this one is.
      if (open.around !== undefined) begin(open.around);
      begin(open);
    });
  }

  /** Called by the SDK when a span has ended. */
  onEnd(span: EndedSpan): void {
    guarded('span', () => {
      const open = openSpans.get(span);
      if (open === undefined) return;
      openSpans.delete(span);
      begin(open);
      if (open.execution !== undefined && !open.isCountedElsewhere) end(open.execution, span);
    });
  }

  /** Nothing waits to be sent. */
  async forceFlush(): Promise<void> {}

  /** Nothing has to be closed. */
  async shutdown(): Promise<void> {}
}

/** Its own, else that of the nearest span around it that has one. */
function executionAround(open: OpenSpan | undefined): ExecutionHandle | undefined {
  let candidate = open;
  while (candidate !== undefined && candidate.execution === undefined) candidate = candidate.around;
  return candidate?.execution;
}

/** Begins the execution of a span, once it is known what it is. */
function begin(open: OpenSpan): void {
  const { span, around } = open;
  const kind = open.execution === undefined ? kindOfSpan(span.attributes) : undefined;
  if (kind === undefined) return;
  const name = nameOfSpan(span, kind);
  const ofSpans = executionAround(around);
  const parent = innermostRunning(ofSpans);
  if (kind === 'agent' && parent !== ofSpans && parent?.kind === kind && parent.name === name) {
    open.isCountedElsewhere = true;
    open.execution = parent;
  } else {
    open.execution = startOf(kind, name, span, parent);
  }
}

function startOf(kind: ExecutionKind, name: string, span: StartedSpan, parent?: ExecutionHandle): ExecutionHandle {
  const place = { parent, startTime: dateOf(span.startTime) };
  if (kind === 'agent') return startExecution({ kind, id: name, ...place });
  if (kind === 'tool') return startExecution({ kind, name, ...place });
  return startExecution({ kind, name, provider: providerOf(span.attributes), ...place });
}

function end(execution: ExecutionHandle, span: EndedSpan): void {
  if (execution.kind === 'model') reportModel(execution, span);
  execution.end({ error: errorOfSpan(span), endTime: dateOf(span.endTime) });
}

/** What may be known only at the end. */
function reportModel(execution: ExecutionHandle, span: EndedSpan): void {
  const { attributes, startTime } = span;
  const firstChunkMs = timeToFirstChunkMs(attributes);
  if (firstChunkMs !== undefined) execution.firstToken(new Date(dateOf(startTime).getTime() + firstChunkMs));
  execution.rename({ name: nameOfSpan(span, 'model'), provider: providerOf(attributes) });
  // Spans leave some counts out. What counts the same call beside the span has reported all.
  if (execution.spent.tokens === 0) execution.usage(usageOf(attributes));
}

import type { ExecutionHandle } from '../../index';
import { processWide } from '../../runtime/process-wide';
import { applicationTime } from '../../tracking/adapting/adapted-execution';
import { bridgeContext, innermostRunning } from '../../tracking/adapting/context-bridge';
import { guarded } from '../../tracking/adapting/guarded';
import { activeSpan, type AgentsSpan } from './agents-span';
import { MODEL_SPANS, recordModelSpan } from './model-span';
import { callerOf, executionAround, OpenSpans, type OpenSpan } from './open-spans';
import { SPAN_EXECUTIONS } from './span-executions';

/** Of all copies of this package: a span that two of them are told of counts once. */
const spans = processWide('openai-agents', () => new OpenSpans());

/**
 * Counts the agents, tools and model calls of the OpenAI Agents SDK by its tracing, beside the processors that are there: the
 * SDK's own sends traces to OpenAI, unless you replace it by `setTraceProcessors`. With a tracked client, model calls have
 * their first tokens, retries and classes of errors too; each is counted once.
 *
 * The SDK traces nothing with `tracingDisabled`, with `OPENAI_AGENTS_DISABLE_TRACING=1`, and with `NODE_ENV=test` until
 * `setTracingDisabled(false)`.
 *
 * @example
 * addTraceProcessor(new AgentMetricsTraceProcessor());
 */
export class AgentMetricsTraceProcessor {
  /** Registered twice, it counts once. */
  constructor() {
    bridgeContext('openai-agents', findExecution, (call) => void guarded('span', () => modelCallBegan(call)));
  }

  /** Called by the SDK as a trace starts, before its first span does. */
  async onTraceStart(): Promise<void> {
    spans.isHearing = true;
  }

  /** Called by the SDK as a trace ends: nothing to do, its spans have ended. */
  async onTraceEnd(): Promise<void> {}

  /** Called by the SDK as a span starts. */
  async onSpanStart(span: AgentsSpan): Promise<void> {
    guarded('span', () => {
      spans.isHearing = true;
      spans.keep(span, openSpan(span));
      // Other processors took longer over its start than over its end, or it was told of as a whole.
      if (span.endedAt !== null) closeSpan(span, new Date(span.endedAt));
    });
  }

  /** Called by the SDK as a span ends. */
  async onSpanEnd(span: AgentsSpan): Promise<void> {
    guarded('span', () => closeSpan(span));
  }

  /** Called by the SDK at its end: nothing to close. */
  async shutdown(): Promise<void> {}

  /** Called by the SDK: nothing waits to be sent. */
  async forceFlush(): Promise<void> {}
}

/** The SDK tells other processors of a span first, and may run code in it before it tells us. */
function openSpan(span: AgentsSpan): OpenSpan {
  const known = spans.find(span.spanId);
  if (known !== undefined) return known;
  const around = spanAround(span);
  const open = spans.add(span, around);
  const parent = innermostRunning(executionAround(around));
  const startTime = span.endedAt === null || span.startedAt === null ? undefined : new Date(span.startedAt);
  open.execution = SPAN_EXECUTIONS[open.type]?.begin(span, { parent, startTime });
  if (MODEL_SPANS.has(open.type)) open.modelCall = { parent, startTime: startTime ?? applicationTime(parent) };
  return open;
}

/** It may have begun in its own right, or we have yet to be told of it. */
function spanAround({ parentId, previousSpan }: AgentsSpan): OpenSpan | undefined {
  let previous = previousSpan;
  while (previous !== undefined && previous.spanId !== parentId) previous = previous.previousSpan;
  return previous === undefined || previous.endedAt !== null ? spans.find(parentId) : openSpan(previous);
}

/** @param endTime now if left out */
function closeSpan(span: AgentsSpan, endTime?: Date): void {
  const open = spans.remove(span);
  if (open === undefined) return;
  const { execution, modelCall } = open;
  execution?.end({ ...SPAN_EXECUTIONS[open.type]?.endOf(span, execution, open), endTime });
  if (modelCall !== undefined) noteModelCall(open, recordModelSpan(span, modelCall, endTime));
}

/** The agent or tool to which code belongs that the SDK runs. */
function findExecution(): ExecutionHandle | undefined {
  const span = spans.isHearing ? activeSpan() : undefined;
  if (span === undefined) return undefined;
  return guarded('span', () => executionAround(span.endedAt === null ? openSpan(span) : spanAround(span)));
}

/** A tracked client, or something else that knows more than the span, counts the model call of the span. */
function modelCallBegan(call: ExecutionHandle): void {
  const span = spans.isHearing ? activeSpan() : undefined;
  if (span === undefined || span.endedAt !== null) return;
  const open = openSpan(span);
  noteModelCall(open, call);
  open.modelCall = undefined;
}

function noteModelCall(open: OpenSpan, call: ExecutionHandle): void {
  const agent = callerOf(open);
  if (agent !== undefined) agent.lastModelCall = call;
}

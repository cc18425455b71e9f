import type { ExecutionHandle } from '../../index';
import { processWide } from '../../runtime/process-wide';
import { beginModelCall, endStep, findModelCall } from './operations';
import { isReplay, type ObjectStepEndEvent, type ObjectStepStartEvent } from './telemetry-events';

/** Calls that no hook wraps, by what their model is asked: a middleware that is asked the same is a part of the call. */
const asked = processWide('ai-sdk prompts', () => new WeakMap<object, ExecutionHandle>());

export function beginObjectCall(event: ObjectStepStartEvent): void {
  if (isReplay(event) || findModelCall(event.callId) !== undefined) return;
  const { handle } = beginModelCall(event.callId, event);
  if (event.promptMessages !== undefined) asked.set(event.promptMessages, handle);
}

export function endObjectCall(event: ObjectStepEndEvent): void {
  findModelCall(event.callId)?.report(event);
  endStep(event.callId, event.finishReason === 'error' ? { error: undefined } : undefined);
}

/** The call that asks this, where only events tell of it. */
export function objectCallOf(prompt: unknown): ExecutionHandle | undefined {
  return typeof prompt === 'object' && prompt !== null ? asked.get(prompt) : undefined;
}

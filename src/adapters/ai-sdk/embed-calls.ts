import type { ExecutionEnd } from '../../index';
import { processWide } from '../../runtime/process-wide';
import { isOpen } from '../../tracking/adapting/adapted-execution';
import { SweptMap } from '../ground/swept-map';
import { ModelCall } from './model-call';
import { parentIn } from './operations';
import { isReplay, type EmbedCallEvent } from './telemetry-events';

/** A call of an embedding model, by its latest attempt. */
interface EmbedCall {
  readonly call: ModelCall;
  attemptId: string;
  readonly values: object | undefined;
}

/** The calls of one `embed` or `embedMany`, which may be made at the same time. */
class EmbedOperation {
  readonly calls = new Set<EmbedCall>();

  get isOver(): boolean {
    for (const { call } of this.calls) if (isOpen(call.handle)) return false;
    return true;
  }
}

const open = processWide('ai-sdk embeddings', () => new SweptMap<EmbedOperation>(({ isOver }) => isOver));

/** `embed` makes one call; of those of `embedMany` each has values of its own. An attempt that fails has no end. */
export function beginEmbedding(event: EmbedCallEvent): void {
  if (isReplay(event)) return;
  const operation = open.get(event.callId) ?? new EmbedOperation();
  for (const { attemptId } of operation.calls) if (attemptId === event.embedCallId) return;
  const earlier = findEarlier(operation, event);
  if (earlier !== undefined) {
    earlier.attemptId = event.embedCallId;
    earlier.call.begin();
    return;
  }
  const call = new ModelCall(event, parentIn(event.callId), () => {});
  call.begin();
  operation.calls.add({ call, attemptId: event.embedCallId, values: event.values });
  if (!operation.isOver) open.set(event.callId, operation);
}

function findEarlier({ calls }: EmbedOperation, { operationId, values }: EmbedCallEvent): EmbedCall | undefined {
  const isOnly = operationId === 'ai.embed.doEmbed';
  for (const earlier of calls) if (isOnly || earlier.values === values) return earlier;
  return undefined;
}

export function endEmbedding(event: EmbedCallEvent): void {
  const operation = open.get(event.callId);
  if (operation === undefined) return;
  for (const embedCall of operation.calls) {
    if (embedCall.attemptId !== event.embedCallId) continue;
    embedCall.call.report(event);
    embedCall.call.handle.end();
    operation.calls.delete(embedCall);
  }
}

/** What is left has failed. */
export function endEmbeddings(callId: string, end: ExecutionEnd): void {
  for (const { call } of open.take(callId)?.calls ?? []) call.handle.end(end);
}

import type { ModelIdentity } from './model-call';

/** What every event of an operation says. */
export interface OperationEvent {
  readonly callId: string;
  readonly functionId?: string;
  readonly recordInputs?: boolean;
  readonly recordOutputs?: boolean;
  /** When it happened, where that is told later. */
  readonly timestamp?: number;
  readonly durableContext?: { readonly phase: string };
}

/** Such as `ai.generateText`. */
export interface StartEvent extends OperationEvent {
  readonly operationId: string;
}

export interface ErrorEvent extends OperationEvent {
  readonly error?: unknown;
}

export interface AbortEvent extends OperationEvent {
  readonly reason?: unknown;
}

/** The only call of `generateObject` and `streamObject`. */
export interface ObjectStepStartEvent extends OperationEvent, ModelIdentity {
  /** The same array that the model is given. */
  readonly promptMessages?: object;
}

export interface ObjectStepEndEvent extends OperationEvent {
  readonly finishReason?: string;
}

export interface EmbedCallEvent extends OperationEvent, ModelIdentity {
  readonly operationId: string;
  /** Of one attempt. */
  readonly embedCallId: string;
  /** The same array in each attempt of a call of `embedMany`. */
  readonly values?: object;
}

export interface ToolEndEvent extends OperationEvent {
  readonly toolCall: { readonly toolCallId: string };
  readonly toolOutput?: { readonly type: string; readonly output?: unknown; readonly error?: unknown };
}

/** A model call that an integration may wrap. */
export interface ModelCallRun<Result> extends Partial<OperationEvent>, ModelIdentity {
  readonly callId: string;
  readonly execute: () => PromiseLike<Result>;
}

/** A tool that an integration may wrap. */
export interface ToolRun<Result> extends Partial<OperationEvent> {
  readonly callId: string;
  readonly toolCallId: string;
  readonly toolCall?: { readonly toolName: string; readonly input?: unknown };
  readonly execute: () => PromiseLike<Result>;
}

/** Of something that has happened before, in a workflow that is told again. */
export function isReplay({ timestamp, durableContext }: Partial<OperationEvent>): boolean {
  return timestamp !== undefined || durableContext?.phase === 'replay';
}

/** Then its errors group others, of which nothing is known. */
export function hidesErrors({ recordInputs, recordOutputs }: OperationEvent): boolean {
  return recordInputs === false || recordOutputs === false;
}

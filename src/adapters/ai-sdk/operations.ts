import { currentExecution, startExecution, type ExecutionEnd, type ExecutionHandle } from '../../index';
import { processWide } from '../../runtime/process-wide';
import { innermostRunning } from '../../tracking/adapting/context-bridge';
import { isOpen } from '../../tracking/adapting/adapted-execution';
import { SweptMap } from '../ground/swept-map';
import { failure, statusOf, ModelCall, type ModelIdentity } from './model-call';
import type { StreamEnding } from './model-stream';
import { hidesErrors, isReplay, type AbortEvent, type ErrorEvent, type StartEvent } from './telemetry-events';

/** An operation that is an agent of its own. */
class AgentRun {
  readonly handle: ExecutionHandle;
  /** The error with which its last model call has ended. */
  failure: { readonly error: unknown } | undefined = undefined;

  constructor(id: string) {
    this.handle = startExecution({ kind: 'agent', id });
  }
}

const isOver = ({ handle }: AgentRun | ModelCall): boolean => !isOpen(handle);

/** By the ids of the SDK. One in the process, so that whatever is registered twice counts once. */
const open = processWide('ai-sdk operations', () => ({
  agents: new SweptMap<AgentRun>(isOver),
  models: new SweptMap<ModelCall>(isOver),
}));

/** Those that may be agents. */
const AGENT_OPERATIONS: ReadonlySet<string> = new Set([
  'ai.generateText',
  'ai.streamText',
  'ai.generateObject',
  'ai.streamObject',
]);

/** @param otherwise the agent of what has no name and runs in no agent */
export function beginOperation(event: StartEvent, otherwise: string | undefined): void {
  const { callId, functionId, operationId } = event;
  if (isReplay(event) || !AGENT_OPERATIONS.has(operationId) || open.agents.get(callId) !== undefined) return;
  const id = functionId || (runsInAgent() ? undefined : otherwise);
  if (!id) return;
  const agent = new AgentRun(id);
  // An operation that is not counted is not kept.
  if (!isOver(agent)) open.agents.set(callId, agent);
}

function runsInAgent(): boolean {
  let execution = currentExecution();
  while (execution !== undefined && execution.kind !== 'agent') execution = execution.parent;
  return execution !== undefined;
}

/** What encloses the calls of an operation; undefined for the running execution. */
export function parentIn(callId: string): ExecutionHandle | undefined {
  return innermostRunning(open.agents.get(callId)?.handle);
}

/** The model call of the operation's present step. An operation makes its calls one after another. */
export function findModelCall(callId: string): ModelCall | undefined {
  return open.models.get(callId);
}

export function beginModelCall(callId: string, model: ModelIdentity): ModelCall {
  const agent = open.agents.get(callId);
  if (agent !== undefined) agent.failure = undefined;
  const call = new ModelCall(model, parentIn(callId), (ended, ending) => attemptOver(callId, ended, ending));
  if (!isOver(call)) open.models.set(callId, call);
  return call;
}

/** After a failure there may be another attempt: the end of the step tells. The same is true of an answer without an end. */
function attemptOver(callId: string, call: ModelCall, ending: StreamEnding): void {
  if (ending.how === 'left') return leave(callId, call, ending.reason);
  if (ending.how === 'finished') endModelCall(callId, call, {});
}

/** Of a reader that leaves the SDK may tell nothing. Where it does, it knows why, and that goes before. */
function leave(callId: string, call: ModelCall, reason: unknown): void {
  const agent = open.agents.get(callId);
  setImmediate(() => {
    const end: ExecutionEnd = { status: statusOf(reason) };
    endModelCall(callId, call, end);
    if (agent !== undefined && open.agents.get(callId) === agent) open.agents.take(callId)!.handle.end(end);
  });
}

function endModelCall(callId: string, call: ModelCall, end: ExecutionEnd): void {
  call.handle.end(end);
  if (open.models.get(callId) === call) open.models.take(callId);
}

/** The model call of a step ends as its last attempt has. */
export function endStep(callId: string, error = open.models.get(callId)?.failure): void {
  const call = open.models.take(callId);
  if (call === undefined) return;
  const agent = open.agents.get(callId);
  if (agent !== undefined) agent.failure = error;
  call.handle.end(error === undefined ? {} : failure(error.error));
}

/** After a stream that tells of an error, the SDK says that all is over, and no more. */
export function endOperation(callId: string): void {
  endStep(callId);
  const agent = open.agents.take(callId);
  agent?.handle.end(agent.failure === undefined ? {} : failure(agent.failure.error));
}

export function failStep(event: ErrorEvent): void {
  endStep(event.callId, { error: errorOf(event) });
}

export function failOperation(event: ErrorEvent): void {
  const error = errorOf(event);
  endStep(event.callId, { error });
  open.agents.take(event.callId)?.handle.end(failure(error));
}

export function abortOperation({ callId, reason }: AbortEvent): void {
  const end: ExecutionEnd = { status: statusOf(reason) };
  open.models.take(callId)?.handle.end(end);
  open.agents.take(callId)?.handle.end(end);
}

/** Of all attempts of a call the last one counts. */
function errorOf(event: ErrorEvent): unknown {
  const { callId, error } = event;
  const seen = open.models.get(callId)?.failure ?? open.agents.get(callId)?.failure;
  if (hidesErrors(event) && seen !== undefined) return seen.error;
  const { lastError } = (error ?? {}) as { readonly lastError?: unknown };
  return lastError ?? error;
}

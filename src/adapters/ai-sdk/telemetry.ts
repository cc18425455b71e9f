import { guarded } from '../../tracking/adapting/guarded';
import { beginEmbedding, endEmbedding, endEmbeddings } from './embed-calls';
import { failure, type ModelCall } from './model-call';
import { beginObjectCall, endObjectCall } from './object-calls';
import {
  abortOperation,
  beginModelCall,
  beginOperation,
  endOperation,
  endStep,
  failOperation,
  failStep,
  findModelCall,
} from './operations';
import {
  isReplay,
  type AbortEvent,
  type EmbedCallEvent,
  type ErrorEvent,
  type ModelCallRun,
  type ObjectStepEndEvent,
  type ObjectStepStartEvent,
  type OperationEvent,
  type StartEvent,
  type ToolEndEvent,
  type ToolRun,
} from './telemetry-events';
import { endTool, runTool } from './tool-calls';

/** Options of `agentMetricsTelemetry`. */
export interface AgentMetricsTelemetryOptions {
  /**
   * The agent for calls without `telemetry.functionId` outside any agent.
   * @default none: their models and tools belong to no agent
   */
  readonly agent?: string;
}

/** The hooks that the AI SDK calls; fits the SDK's type `Telemetry`. */
export interface AgentMetricsTelemetry {
  /** A call of the SDK begins. */
  onStart(event: StartEvent): void;
  /** A step has ended: so has its model call. */
  onStepEnd(event: OperationEvent): void;
  /** A step has failed. */
  onStepError(event: ErrorEvent): void;
  /** The model call of `generateObject` or `streamObject` begins. */
  onObjectStepStart(event: ObjectStepStartEvent): void;
  /** It has ended, with its tokens. */
  onObjectStepEnd(event: ObjectStepEndEvent): void;
  /** A call of an embedding model begins. */
  onEmbedStart(event: EmbedCallEvent): void;
  /** It has ended, with its tokens. */
  onEmbedEnd(event: EmbedCallEvent): void;
  /** A tool has ended, or failed. */
  onToolExecutionEnd(event: ToolEndEvent): void;
  /** A call of the SDK has ended. */
  onEnd(event: OperationEvent): void;
  /** It has failed. */
  onError(event: unknown): void;
  /** Its caller has aborted it. */
  onAbort(event: AbortEvent): void;
  /** Makes an attempt of a model call, and hands on its answer. */
  executeLanguageModelCall<Result>(run: ModelCallRun<Result>): PromiseLike<Result>;
  /** Runs a tool, and all that is inside it. */
  executeTool<Result>(run: ToolRun<Result>): PromiseLike<Result>;
}

/**
 * Counts what the AI SDK 7 does: each call with a `telemetry.functionId` as an agent of that name, its model calls
 * with their tokens, first tokens and retries, and its tools. Register it once in `main.ts`, before or after the
 * application is created, or pass it to single calls as `telemetry.integrations`. It neither keeps nor changes
 * prompts and answers.
 *
 * @example
 * registerTelemetry(agentMetricsTelemetry());
 */
export function agentMetricsTelemetry({ agent }: AgentMetricsTelemetryOptions = {}): AgentMetricsTelemetry {
  return {
    ...EVENTS,
    onStart: heard((event) => beginOperation(event, agent)),
    executeLanguageModelCall: runModelCall,
    executeTool: runTool,
  };
}

/** What follows from which event. */
const EVENTS = {
  onStepEnd: heard<OperationEvent>(({ callId }) => endStep(callId)),
  onStepError: heard(failStep),
  onObjectStepStart: heard(beginObjectCall),
  onObjectStepEnd: heard(endObjectCall),
  onEmbedStart: heard(beginEmbedding),
  onEmbedEnd: heard(endEmbedding),
  onToolExecutionEnd: heard(endTool),
  onEnd: heard<OperationEvent>(({ callId }) => {
    endOperation(callId);
    endEmbeddings(callId, { status: 'error' });
  }),
  onError: heard<ErrorEvent>((event) => {
    failOperation(event);
    endEmbeddings(event.callId, failure(event.error));
  }) as (event: unknown) => void,
  onAbort: heard(abortOperation),
};

/** The SDK must notice nothing, and older versions know no `callId`. */
function heard<Event extends OperationEvent>(hear: (event: Event) => void): (event: Event) => void {
  return (event) => {
    guarded('ai-sdk event', () => {
      if (typeof event?.callId === 'string') hear(event);
    });
  };
}

async function runModelCall<Result>(run: ModelCallRun<Result>): Promise<Result> {
  const call = guarded('ai-sdk model', () => callToRun(run));
  return call === undefined ? run.execute() : call.attempt(run.execute);
}

/** Undefined where another integration of ours counts it. */
function callToRun<Result>(run: ModelCallRun<Result>): ModelCall | undefined {
  if (isReplay(run)) return undefined;
  const present = findModelCall(run.callId);
  if (present?.isAttempting) return undefined;
  return present ?? beginModelCall(run.callId, run);
}

import { agentSpec, modelSpec, toolSpec, type ExecutionSpec } from '../declaring/execution-spec';
import type { ExecutionHandle } from '../execution-handle';
import { UNTOLD_ARGUMENTS } from '../execution/call-hash';
import type { ExecutionHost } from '../execution/execution-host';
import type { LiveExecution } from '../execution/live-execution';
import { UntrackedExecution } from '../execution/untracked-execution';
import { trackingOfHandle, trackingWithoutInstance } from '../linking/application-link';

interface StartOptions {
  /** The execution within which this one counts; null for none. @default the running one */
  readonly parent?: ExecutionHandle | null;
  /** When it began. @default now */
  readonly startTime?: Date;
}

/** An agent that begins now and ends when its handle says so. */
export interface AgentStart extends StartOptions {
  /** Counts it as an agent. */
  readonly kind: 'agent';
  /** The label under which it is counted. */
  readonly id: string;
  /** The display name. @default the id */
  readonly name?: string;
}

/** A tool that begins now and ends when its handle says so. */
export interface ToolStart extends StartOptions {
  /** Counts it as a tool. */
  readonly kind: 'tool';
  /** The label under which it is counted. */
  readonly name: string;
  /** Attributes the tool to this agent. @default that of the parent */
  readonly agent?: string;
  /**
   * What the tool is given: its size is measured and repeated calls are found, where the module is asked to. It is not kept.
   * @default unknown
   */
  readonly input?: unknown;
}

/** A model call that begins now and ends when its handle says so. */
export interface ModelStart extends StartOptions {
  /** Counts it as a model call. */
  readonly kind: 'model';
  /** The label under which it is counted. */
  readonly name: string;
  /** Who serves the model, as a label. @default none */
  readonly provider?: string;
}

/** What `ExecutionTracker.start` begins. */
export type ExecutionStart = AgentStart | ToolStart | ModelStart;

/**
 * Begins an execution for code that begins and ends in different callbacks and injects nothing, such as an adapter of
 * an SDK. It belongs to the application of its parent, else to the one in whose execution it is called, else to the
 * only live one; with several live ones it is not counted. It does not become the running execution: wrap what
 * belongs to it in `handle.run`. If it is never ended, it is cancelled after `timeouts.idleMs` without a sign of
 * life.
 *
 * @example
 * const call = startExecution({ kind: 'model', name: 'gpt-4o', provider: 'openai' });
 * stream.once('error', (error) => call.end({ error }));
 * stream.once('end', () => call.end());
 */
export function startExecution(options: ExecutionStart): ExecutionHandle {
  return startIn(trackingOfHandle(options.parent) ?? trackingWithoutInstance(), options);
}

/** Untracked where no application counts it. */
export function startIn(tracking: ExecutionHost<LiveExecution> | undefined, options: ExecutionStart): ExecutionHandle {
  const spec = startSpec(options);
  return (
    tracking?.start(spec, options.parent, inputOf(options), options.startTime) ??
    new UntrackedExecution(spec.kind, spec.fallbackName)
  );
}

function inputOf(options: ExecutionStart): readonly unknown[] {
  return options.kind === 'tool' && options.input !== undefined ? [options.input] : UNTOLD_ARGUMENTS;
}

function startSpec(options: ExecutionStart): ExecutionSpec {
  switch (options.kind) {
    case 'agent':
      return agentSpec(options, options.name ?? '', 'function');
    case 'model':
      return modelSpec({ model: options.name, provider: options.provider }, '');
    case 'tool':
      return toolSpec(options, '', 'function');
  }
}

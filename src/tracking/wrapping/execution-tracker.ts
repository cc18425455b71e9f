import { callStyleOf } from '../declaring/call-style';
import type { AgentOptions, ModelOptions, ToolOptions } from '../declaring/execution-options';
import { type ExecutionSpec, agentSpec, modelSpec, toolSpec } from '../declaring/execution-spec';
import type { ExecutionHandle } from '../execution-handle';
import { UntrackedExecution } from '../execution/untracked-execution';
import type { ApplicationLink } from '../linking/application-link';

interface StartOptions {
  /** The execution within which this one counts, where it is not the running one. @default the running one */
  readonly parent?: ExecutionHandle;
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
 * Tracks a piece of code where it stands, without a method to decorate. Inject it.
 *
 * @example
 * return this.tracker.trackTool('read_file', () => readFile(path, 'utf8'));
 */
export class ExecutionTracker {
  /** @internal Nest makes it: inject it. */
  constructor(private readonly link: ApplicationLink) {}

  /**
   * Runs `fn` as an agent and returns what it returns.
   *
   * @example
   * return this.tracker.trackAgent('researcher', () => this.answer(question));
   */
  trackAgent<Result>(options: string | AgentOptions, fn: () => Result): Result {
    return this.track(agentSpec(options, fn.name, 'function'), fn);
  }

  /**
   * Runs `fn` as a tool of the running agent and returns what it returns.
   *
   * @example
   * return this.tracker.trackTool('read_file', () => readFile(path, 'utf8'));
   */
  trackTool<Result>(options: string | ToolOptions, fn: () => Result): Result {
    return this.track(toolSpec(options, fn.name, 'function'), fn);
  }

  /**
   * Runs `fn` as a model call of the running agent and returns what it returns.
   *
   * @example
   * return this.tracker.trackModel({ model: 'gpt-4o', provider: 'openai' }, () => client.chat(prompt));
   */
  trackModel<Result>(options: string | ModelOptions<Awaited<Result>>, fn: () => Result): Result {
    return this.track(modelSpec(options, fn.name), fn);
  }

  /**
   * Begins an execution for code that begins and ends in different callbacks. It does not become the running one: give
   * `handle.run` what belongs to it. What is never ended runs on, and is cancelled with the application.
   *
   * @example
   * const call = this.tracker.start({ kind: 'tool', name: 'browser' });
   * page.once('load', () => call.end());
   * page.once('error', (error) => { call.fail(error); call.end(); });
   */
  start(options: ExecutionStart): ExecutionHandle {
    const spec = startSpec(options);
    return this.link.tracking?.start(spec, options.parent) ?? new UntrackedExecution(spec.kind, spec.fallbackName);
  }

  private track<Result>(spec: ExecutionSpec, fn: () => Result): Result {
    const { tracking } = this.link;
    return tracking === undefined ? fn() : (tracking.call(spec, callStyleOf(fn), fn, undefined, []) as Result);
  }
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

import { callStyleOf } from '../declaring/call-style';
import type { AgentOptions, ToolOptions } from '../declaring/execution-options';
import { agentSpec, modelSpec, toolSpec, type ExecutionSpec } from '../declaring/execution-spec';
import type { ModelOptions } from '../declaring/model-options';
import type { ExecutionHandle } from '../execution-handle';
import { enterContext, enteredExecution, leaveContext } from '../execution/async-context';
import { UNTOLD_ARGUMENTS } from '../execution/call-hash';
import type { ApplicationLink } from '../linking/application-link';
import { startIn, type ExecutionStart } from './execution-start';

/**
 * Tracks a piece of code inside a method, without a decorator. Inject it.
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
  trackModel<Result>(options: string | ModelOptions<NoInfer<Result>, []>, fn: () => Result): Result {
    return this.track(modelSpec(options, fn.name), fn);
  }

  /**
   * Begins an execution for code that begins and ends in different callbacks. It does not become the running
   * execution: wrap what belongs to it in `handle.run`. If it is never ended, it is cancelled after `timeouts.idleMs`
   * without a sign of life.
   *
   * @example
   * const call = this.tracker.start({ kind: 'tool', name: 'browser' });
   * page.once('load', () => call.end());
   * page.once('error', (error) => call.end({ error }));
   */
  start(options: ExecutionStart): ExecutionHandle {
    return startIn(this.link.tracking, options);
  }

  /** The steps of every tracked function. Shared, they would take a frame more of the stack for as long as `fn` runs. */
  private track<Result>(spec: ExecutionSpec, fn: () => Result): Result {
    const call = { spec, style: callStyleOf(fn) };
    const outer = enteredExecution();
    const execution = this.link.tracking?.beginCall(call, undefined, UNTOLD_ARGUMENTS, outer);
    if (execution === undefined) return fn();
    const { host } = execution;
    if (execution.isBarred) return host.barCall(execution, call, fn) as Result;
    const isInside = host.options.asyncContext && enterContext(execution, outer);
    try {
      const result = fn();
      if (isInside) leaveContext(outer);
      return host.endCall(execution, call, result) as Result;
    } catch (error) {
      execution.call = 'thrown';
      host.uncounted += 1;
      if (isInside) leaveContext(outer);
      execution.failed(error);
      throw error;
    }
  }
}

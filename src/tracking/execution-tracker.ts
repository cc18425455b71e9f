import type { ApplicationLink } from './application-link';
import type { AgentOptions, ExecutionSpec, ToolOptions } from './execution-spec';
import { agentSpec, toolSpec } from './execution-spec';

/**
 * Tracks a piece of code where it stands, without a method to decorate. Inject it.
 *
 * @example
 * return this.tracker.trackTool('read_file', () => readFile(path, 'utf8'));
 */
export class ExecutionTracker {
  constructor(private readonly link: ApplicationLink) {}

  /** Runs `fn` as an agent and returns what it returns. */
  trackAgent<Result>(options: string | AgentOptions, fn: () => Result): Result {
    return this.track(agentSpec(options, fn.name, 'function'), fn);
  }

  /** Runs `fn` as a tool of the running agent and returns what it returns. */
  trackTool<Result>(options: string | ToolOptions, fn: () => Result): Result {
    return this.track(toolSpec(options, fn.name, 'function'), fn);
  }

  private track<Result>(spec: ExecutionSpec, fn: () => Result): Result {
    const { tracking } = this.link;
    return tracking === undefined ? fn() : tracking.call(spec, [], fn);
  }
}

/**
 * What one run may spend. A field that is left out is not limited. Calls inside an agent also count for the agents around it.
 *
 * @example
 * limits: { request: { costUsd: 0.1 }, agent: { toolCalls: 30, repeatedCalls: 3 } }
 */
export interface RunLimit {
  /** Tool calls that begin. */
  readonly toolCalls?: number;
  /** Model calls that begin. */
  readonly modelCalls?: number;
  /** Tool calls of the same name and with equal arguments as an earlier one of the same agent execution. */
  readonly repeatedCalls?: number;
  /** Input and output tokens of the model calls that have ended. With so many or more, no call begins. */
  readonly tokens?: number;
  /** US dollars of the model calls that have ended, as far as prices are known. With so much or more, no call begins. */
  readonly costUsd?: number;
  /**
   * `stop`: the call beyond a limit, and each later one, fails at once with `ExecutionLimitError`, and the `signal`
   * of the run aborts. `report`: no call is stopped; the run is counted, and the first is logged.
   * @default 'stop'
   */
  readonly onExceeded?: 'stop' | 'report';
}

/**
 * What runs may spend: each request, each execution of an agent, and those of single agents. Needs `asyncContext`.
 *
 * @example
 * limits: { request: { costUsd: 0.1 }, agent: { toolCalls: 30 }, perAgent: { researcher: { toolCalls: 100 } } }
 */
export interface RunLimitOptions {
  /** For each request: an outermost agent execution with everything inside it. */
  readonly request?: RunLimit;
  /** For each agent execution with everything inside it, the outermost included. */
  readonly agent?: RunLimit;
  /** The same for agents by id. Takes precedence over `agent`, field by field. */
  readonly perAgent?: Readonly<Record<string, RunLimit>>;
}

/** What a run may spend too much of. */
export type LimitName = Exclude<keyof RunLimit, 'onExceeded'>;

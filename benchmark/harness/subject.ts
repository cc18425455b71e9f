import type { MetricsModuleOptions } from 'nestjs-agent-metrics';

/** An agent and one of its tools. */
export interface Pair {
  readonly agent: string;
  readonly tool: string;
}

/** A tool whose calls the subject counts. */
export interface Tool {
  query(text: string): Promise<number>;
}

/** One way to count agents and tools, alone in its process. */
export interface Subject {
  /** Counts one finished execution that was measured elsewhere. */
  record?(pair: Pair, durationMs: number): void;
  /** In the order of the names that the subject was started with. */
  readonly tools?: readonly Tool[];
  /** Runs `fn` as the agent of all tools; where a subject has no agents, it just runs. */
  runAgent?<Result>(fn: () => Promise<Result>): Promise<Result>;
  /** Everything counted, as Prometheus text. */
  render?(): Promise<string>;
  /** Everything counted, as JSON or what becomes it. */
  document?(): Promise<unknown>;
  /** All numbers to zero. */
  reset?(): void;
  /** Where the subject listens, and what to accept of it; the text for Prometheus unless it says so. */
  readonly url?: string;
  readonly accept?: string;
  close(): Promise<void>;
}

export interface SubjectSetup {
  /** Names of the tools that are called. */
  readonly tools: readonly string[];
  /** For the subjects that have options of this library. */
  readonly options: MetricsModuleOptions;
  /** For the subjects that have several: what is read, below the address of the endpoint. */
  readonly route?: string;
}

export type SubjectFactory = (setup: SubjectSetup) => Promise<Subject>;

/** The agent that all called tools belong to. */
export const AGENT = 'crew';

/** What every subject counts, under the same names. */
export const FAMILIES = {
  executions: 'crew_tool_executions_total',
  durations: 'crew_tool_execution_duration_seconds',
  inProgress: 'crew_tool_executions_in_progress',
} as const;

/** Upper bounds in seconds; with +Inf, 14 buckets. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

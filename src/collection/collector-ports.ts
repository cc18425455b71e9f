import type { Registry } from 'prom-client';
import type { ExecutionKind } from './executions/execution-status';
import type { ExecutionIdentity, OpenExecution, Outcome } from './executions/finished-execution';
import type { ExportFormat } from './export-format';
import type { CallUsage } from './models/call-usage';
import type { RequestMember } from './requests/collected-request';
import type { CountedSeries } from './series/counted-series';

/** The execution in whose context a record is made. */
export interface EnclosingExecution
  extends Pick<ExecutionIdentity, 'name' | 'serial' | 'requestSerial' | 'breakdownValue'>, RequestMember {
  /** The nearest agent. */
  readonly contextAgentId: string | undefined;
  /** The request of the nearest agent that still runs: what an agent that is recorded here is a part of. */
  readonly enclosingRequest: number | undefined;
  /** Those that run around a call that is made here, from the inside out. */
  readonly agentNames: readonly string[];
  /** Counts a tool or a model call that was made inside it, in the agents that still run. */
  countInside(kind: ExecutionKind, usage: CallUsage | undefined): void;
}

/** Which model call a record is about, by names in their form. */
export interface ModelCallQuery {
  readonly model: string;
  readonly provider: string | undefined;
  /** Where the record names one. */
  readonly agentId: string | undefined;
}

/** A tracked model call, to which a record of it adds. */
export interface TrackedModelCall extends Pick<ExecutionIdentity, 'agentId'> {
  readonly provider: string | undefined;
  /** Where it is counted, unless recording was switched off as it began. */
  readonly series: CountedSeries | undefined;
  readonly ended: boolean;
  /** Adds to its tokens and cost, also after its end. */
  addUsage(usage: CallUsage): void;
  /** Its outcome at its end, unless one was decided before. */
  decideOutcome(outcome: Outcome): void;
  /** The time to its first token, whatever it has measured itself. */
  setFirstToken(milliseconds: number): void;
}

/** The executions of the application that are tracked. */
export interface TrackedExecutions {
  /** Whether arguments are looked at, to see which calls are repeated. */
  readonly measuresRepeats: boolean;
  /** The execution in whose context the caller runs, if it is one of this application. */
  ownRunning(): EnclosingExecution | undefined;
  /** The call that a record made here is about: the one around it, else the only one that the same agent has open. */
  findModelCall(query: ModelCallQuery): TrackedModelCall | undefined;
  /** Those in progress, oldest first. */
  listOpen(): readonly (OpenExecution & RequestMember)[];
}

/** What the collector needs of the rooms around it, handed in so that collection depends on none of them. */
export interface CollectorPorts {
  readonly tracked: TrackedExecutions;
  export(format: ExportFormat): Promise<string>;
  warnOnce(kind: string, message: string): void;
  /** Logs a fault, once for each place. */
  report(where: string, fault: unknown): void;
  readonly registry: Registry;
  readonly strict: boolean;
}

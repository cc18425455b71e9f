import { keepShapes } from '../../runtime/kept-shapes';
import type { Execution, RunningExecution } from '../executions/execution';
import { NS_PER_MS, NS_PER_SECOND, type FinishedExecution, type OpenExecution } from '../executions/finished-execution';
import type { CollectedRequest } from '../requests/collected-request';
import type { ExecutionNode, FinishedRequest, RequestSteps, RequestTree, RunningRequest } from '../requests/request';
import { toExecution, toRunningExecution, type ReadingMoment } from './execution.reader';

/** Which requests are wanted, by names in their form. */
export interface WantedRequests {
  readonly agentId: string | undefined;
  readonly toolName: string | undefined;
  readonly errorType: string | undefined;
  readonly breakdownValue: string | undefined;
  readonly minDurationMs: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Milliseconds since 1970; undefined for no end. */
  readonly until: number | undefined;
}

interface GrowingNode {
  readonly children: ExecutionNode[];
}

/** One request at one moment. */
export class RequestReading {
  private readonly steps: readonly (FinishedExecution | OpenExecution)[];

  constructor(
    readonly root: FinishedExecution | OpenExecution,
    /** Undefined for one in progress that began before a reset, or while recording was switched off. */
    private readonly collected: CollectedRequest | undefined,
    private readonly openSteps: readonly OpenExecution[],
    private readonly moment: ReadingMoment,
  ) {
    this.steps = [...(collected?.steps ?? []), ...openSteps];
  }

  /** Whether it, or a step of it that is kept, is what is wanted. */
  matches({ agentId, toolName, errorType, breakdownValue, minDurationMs, since, until }: WantedRequests): boolean {
    const { root, moment } = this;
    const durationMs = isFinished(root) ? root.durationNs / NS_PER_MS : moment.now - root.startedAt;
    return (
      durationMs >= minDurationMs &&
      (!isFinished(root) || root.endTime > since) &&
      (until === undefined || (isFinished(root) && root.endTime <= until)) &&
      (breakdownValue === undefined || root.breakdownValue === breakdownValue) &&
      this.has(agentId, (execution) => execution.agentId) &&
      this.has(toolName, ({ kind, name }) => (kind === 'tool' ? name : undefined)) &&
      this.has(errorType, (execution) => (isFinished(execution) ? execution.errorType : undefined))
    );
  }

  /** It without its executions. */
  summary(): FinishedRequest | RunningRequest {
    return { ...this.describe(this.root), ...this.figures() };
  }

  tree(): RequestTree {
    return { ...this.summary(), executions: this.nodes() };
  }

  private has(
    wanted: string | undefined,
    nameOf: (execution: FinishedExecution | OpenExecution) => string | undefined,
  ): boolean {
    return wanted === undefined || [this.root, ...this.steps].some((execution) => nameOf(execution) === wanted);
  }

  private figures(): RequestSteps {
    const { collected, openSteps } = this;
    const slowest = collected?.slowestStep;
    const failed = collected?.failedStep;
    return {
      steps: (collected?.stepCount ?? 0) + openSteps.length,
      slowestStep: slowest && {
        kind: slowest.kind,
        name: slowest.name,
        durationSeconds: slowest.durationNs / NS_PER_SECOND,
      },
      failedSteps: collected?.failedSteps ?? 0,
      failedStep: failed && { kind: failed.kind, name: failed.name, errorType: failed.errorType! },
      truncated: collected?.truncated ?? true,
    };
  }

  /** The steps, each inside the nearest one around it that is kept. */
  private nodes(): ExecutionNode[] {
    const ordered = this.steps.toSorted((a, b) => a.startedAt - b.startedAt || a.serial - b.serial);
    const nodes = new Map<number, ExecutionNode & GrowingNode>();
    for (const step of ordered) nodes.set(step.serial, Object.assign(this.describe(step), { children: [] }));
    const outermost: ExecutionNode[] = [];
    for (const step of ordered) {
      const parent = this.collected === undefined ? step.parentSerial : this.collected.parentOf(step);
      const siblings = (parent === undefined ? undefined : nodes.get(parent)?.children) ?? outermost;
      siblings.push(nodes.get(step.serial)!);
    }
    return outermost;
  }

  private describe(execution: FinishedExecution | OpenExecution): Execution | RunningExecution {
    return isFinished(execution) ? toExecution(execution, this.moment) : toRunningExecution(execution, this.moment);
  }
}

function isFinished(execution: FinishedExecution | OpenExecution): execution is FinishedExecution {
  return 'durationNs' in execution;
}

keepShapes(new RequestReading({} as FinishedExecution, undefined, [], {} as ReadingMoment));

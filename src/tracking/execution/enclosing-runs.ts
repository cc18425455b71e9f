import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { CallUsage } from '../../collection/models/call-usage';
import type { Descendant } from './execution-lineage';
import type { IdleEnd } from './idle-end';

/** An execution inside which others run. */
interface EnclosingRun {
  readonly kind: ExecutionKind;
  readonly idleEnd: IdleEnd | undefined;
  addCall(kind: ExecutionKind, isOwn: boolean, change: 1 | -1): void;
  addUsageInside(usage: CallUsage | undefined, isOwn: boolean): void;
}

/**
 * Counts a call in all that still run, from the inside out; it is the nearest agent's own.
 *
 * @param change -1 takes it back
 */
export function countCallAround<Run extends EnclosingRun & Descendant<Run>>(
  execution: Run | undefined,
  kind: ExecutionKind,
  change: 1 | -1,
): void {
  let isOwn = true;
  for (let run = execution; run !== undefined; run = run.parent) {
    if (run.ended) continue;
    run.addCall(kind, isOwn, change);
    if (run.kind === 'agent') isOwn = false;
  }
}

/** Adds what a model call has used, in the same way. */
export function addUsageTo(around: Iterable<EnclosingRun>, usage: CallUsage | undefined): void {
  let isOwn = true;
  for (const run of around) {
    run.addUsageInside(usage, isOwn);
    if (run.kind === 'agent') isOwn = false;
  }
}

/** Something happens inside them. */
export function signAround<Run extends EnclosingRun & Descendant<Run>>(execution: Run | undefined): void {
  for (let run = execution; run !== undefined; run = run.parent) if (!run.ended) run.idleEnd?.sign();
}

/** An execution begins inside them. */
export function enterAround<Run extends EnclosingRun & Descendant<Run>>(execution: Run | undefined): void {
  for (let run = execution; run !== undefined; run = run.parent) if (!run.ended) run.idleEnd?.enter();
}

/** One ends. */
export function leaveAround<Run extends EnclosingRun & Descendant<Run>>(
  execution: Run | undefined,
  idleSince: number | undefined,
): void {
  for (let run = execution; run !== undefined; run = run.parent) if (!run.ended) run.idleEnd?.leave(idleSince);
}

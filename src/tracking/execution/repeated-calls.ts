import { nearestOpenAgent } from './execution-lineage';
import { HashedCall } from './hashed-call';
import type { LiveExecution } from './live-execution';

/** A call begins: whether the nearest agent has made this call before. */
export function noteCall(execution: LiveExecution): void {
  const { hashed, parent } = execution;
  if (hashed === undefined) return;
  hashed.isRepeated = nearestOpenAgent(parent)?.innerCalls.make(hashed.hash) ?? false;
}

/** It is taken back. */
export function takeBackCall(execution: LiveExecution): void {
  const { hashed, parent } = execution;
  if (hashed === undefined) return;
  nearestOpenAgent(parent)?.innerCalls.takeBack(hashed.hash, hashed.isRepeated);
  hashed.isRepeated = false;
}

/** A handle that begins a call does not know what the tool is given. The first part of the call tells. */
export function tellCall(whole: LiveExecution, part: LiveExecution): void {
  if (part.hashed === undefined || whole.hashed !== undefined || whole.ended) return;
  whole.hashed = new HashedCall(part.hashed.hash);
  noteCall(whole);
}

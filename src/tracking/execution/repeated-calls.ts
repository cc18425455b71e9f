import { nearestOpenAgent } from './execution-lineage';
import { HashedCall } from './hashed-call';
import type { LiveExecution } from './live-execution';

/** A call begins: whether the nearest agent has made this call before. */
export function noteCall(execution: LiveExecution): void {
  const { hashed, parent } = execution;
  if (hashed === undefined) return;
  hashed.isRepeated = nearestOpenAgent(parent)?.innerCalls.make(hashed.hash) ?? false;
  if (hashed.isRepeated) addAround(parent, 1);
}

/** It is taken back. */
export function takeBackCall(execution: LiveExecution): void {
  const { hashed, parent } = execution;
  if (hashed === undefined) return;
  nearestOpenAgent(parent)?.innerCalls.takeBack(hashed.hash, hashed.isRepeated);
  if (hashed.isRepeated) addAround(parent, -1);
  hashed.isRepeated = false;
}

/** A handle that begins a call does not know what the tool is given. The first part of the call tells. */
export function tellCall(whole: LiveExecution, part: LiveExecution): void {
  if (part.hashed === undefined || whole.hashed !== undefined || whole.ended) return;
  whole.hashed = new HashedCall(part.hashed.hash);
  noteCall(whole);
}

/** To all agents that still run: what is inside one draws on what is around it. */
function addAround(parent: LiveExecution | undefined, change: 1 | -1): void {
  let agent = nearestOpenAgent(parent);
  for (; agent !== undefined; agent = nearestOpenAgent(agent.parent)) agent.innerCalls.allRepeatedCalls += change;
}

import { hashCall } from './call-hash';
import { nearestOpenAgent } from './execution-lineage';
import type { LiveExecution } from './live-execution';

/** A tool call whose arguments have been looked at. */
export class HashedCall {
  /** The agent had called the tool with equal arguments before. */
  isRepeated = false;

  /** @param hash of the tool's name and its arguments */
  constructor(readonly hash: bigint) {}
}

/** Undefined where its arguments cannot be looked at, and for what is no tool. */
export function hashedCallOf({ kind, name }: LiveExecution, args: readonly unknown[]): HashedCall | undefined {
  const hash = kind === 'tool' ? hashCall(name, args) : undefined;
  return hash === undefined ? undefined : new HashedCall(hash);
}

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

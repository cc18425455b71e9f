import { hashCall } from './call-hash';
import { nearestOpenAgent } from './execution-lineage';
import type { LiveExecution } from './live-execution';

/** Of what a tool is given; undefined where it cannot be looked at, and for what is no tool. */
export function hashOf({ kind, name }: LiveExecution, args: readonly unknown[]): bigint | undefined {
  return kind === 'tool' ? hashCall(name, args) : undefined;
}

/** A call begins: whether the nearest agent has made this call before. */
export function noteCall(execution: LiveExecution): void {
  const { callHash, parent } = execution;
  if (callHash === undefined) return;
  execution.isRepeated = nearestOpenAgent<LiveExecution>(parent)?.innerCalls.make(callHash) ?? false;
}

/** It is taken back. */
export function takeBackCall(execution: LiveExecution): void {
  const { callHash, isRepeated, parent } = execution;
  if (callHash === undefined) return;
  nearestOpenAgent<LiveExecution>(parent)?.innerCalls.takeBack(callHash, isRepeated);
  execution.isRepeated = false;
}

/** A handle that begins a call does not know what the tool is given. The first part of the call tells. */
export function tellCall(whole: LiveExecution, callHash: bigint | undefined): void {
  if (callHash === undefined || whole.callHash !== undefined || whole.ended) return;
  whole.callHash = callHash;
  noteCall(whole);
}

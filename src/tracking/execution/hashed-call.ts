import type { ExecutionKind } from '../../collection/executions/execution-status';
import { keepShapes } from '../../runtime/kept-shapes';
import { hashCall } from './call-hash';

/** A tool call whose arguments have been looked at. */
export class HashedCall {
  /** The agent had called the tool with equal arguments before. */
  isRepeated = false;

  /** @param hash of the tool's name and its arguments */
  constructor(readonly hash: bigint) {}
}

/** Undefined where its arguments cannot be looked at, and for what is no tool. */
export function hashedCallOf(
  { kind, name }: { readonly kind: ExecutionKind; readonly name: string },
  args: readonly unknown[],
): HashedCall | undefined {
  const hash = kind === 'tool' ? hashCall(name, args) : undefined;
  return hash === undefined ? undefined : new HashedCall(hash);
}

keepShapes(new HashedCall(0n));

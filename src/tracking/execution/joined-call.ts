import type { ExecutionKind } from '../../collection/executions/execution-status';
import { keepShapes } from '../../runtime/kept-shapes';

/** What else may see the call of an execution, which is counted once. Most calls are seen once, and have none of this. */
export class JoinedCall<Run> {
  /** The execution of the same call that it is a part of: what is known of it is added there, and it is not counted. */
  whole: Run | undefined = undefined;
  /** Begun by an interceptor: the handler's own decorator joins it and counts nothing. */
  isClaimable = false;
  /** A handle ends it. A tool of the same name inside it is a part of it. */
  isBegunByHandle = false;
}

/** A call inside which another begins. */
interface OuterCall {
  readonly kind: ExecutionKind;
  readonly name: string;
  readonly ended: boolean;
  readonly joined: { readonly isBegunByHandle: boolean } | undefined;
  readonly spec: { readonly isAdapted: boolean };
}

/**
 * Whether what begins directly inside an execution is the same call, seen twice: a model call inside a model call, and a tool
 * inside one of the same name that a handle or an adapter began. A tool that calls itself is another call.
 */
export function isPart(parent: OuterCall, kind: ExecutionKind, name: string): boolean {
  if (parent.kind !== kind || parent.ended) return false;
  return kind === 'model' || (kind === 'tool' && isSeenTwice(parent) && parent.name === name);
}

function isSeenTwice({ joined, spec }: OuterCall): boolean {
  return joined?.isBegunByHandle === true || spec.isAdapted;
}

keepShapes(new JoinedCall());

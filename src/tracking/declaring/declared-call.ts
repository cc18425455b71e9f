import type { CallStyle } from './call-style';
import type { ExecutionSpec } from './execution-spec';

/** What is known of a tracked function's calls before any is made. */
export interface DeclaredCall {
  readonly spec: ExecutionSpec;
  readonly style: CallStyle;
  /** Where the function is given the response, if it is a route handler that answers through it itself. */
  readonly responseParameter?: number | undefined;
}

/** What is inherited counts under the class of the instance, or for a static method under the class it is called on. */
export function specOfCaller(spec: ExecutionSpec, self: unknown): ExecutionSpec {
  if (spec.ofClass === undefined) return spec;
  try {
    const type = typeof self === 'function' ? self : (self as object).constructor;
    // A method that was put on a plain object belongs to no other class.
    return type === Object || typeof type !== 'function' ? spec : spec.ofClass(type);
  } catch {
    return spec;
  }
}

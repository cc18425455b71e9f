import { processWide } from '../../runtime/process-wide';
import type { ExecutionSpec } from './execution-spec';

/** What a decorator said of one method. */
export interface MethodSpec {
  readonly method: string | symbol;
  readonly spec: ExecutionSpec;
  /** The function that replaced the method. */
  readonly tracked: object;
}

/** What decorators said of the methods of a class (by its prototype) and of its static ones (by the class). */
export const declaredSpecs = processWide('specs', () => new WeakMap<object, MethodSpec[]>());

import type { ExecutionKind } from '../../collection/executions/execution-status';
import { callStyleOf, type AnyFunction, type CallStyle } from '../declaring/call-style';
import type { DeclaredCall } from '../declaring/declared-call';
import type { ExecutionSpec } from '../declaring/execution-spec';
import { SPEC_KEYS } from '../declaring/shared-metadata';
import { enterContext, enteredExecution, leaveContext } from '../execution/async-context';
import { trackingOfFunction, trackingOfMethod, type FindTracking } from '../linking/application-link';

/** The spec under which a function is tracked as an agent or as a tool, if it is. */
export function specOf(fn: object, kind: ExecutionKind): ExecutionSpec | undefined {
  return Reflect.getOwnMetadata(SPEC_KEYS[kind], fn) as ExecutionSpec | undefined;
}

/** What a tracked function runs. */
const bodies = new WeakMap<AnyFunction, AnyFunction>();

/** A method that is tracked by the application that made its instance. */
export function trackedMethod(
  spec: ExecutionSpec,
  method: AnyFunction,
  style: CallStyle,
  responseParameter: number | undefined,
): AnyFunction {
  return tracked(spec, method, style, trackingOfMethod, responseParameter);
}

/** A static method or a plain function, tracked by the application in whose execution it runs, else by the only one. */
export function trackedWithoutInstance(
  spec: ExecutionSpec,
  fn: AnyFunction,
  style: CallStyle = callStyleOf(fn),
): AnyFunction {
  return tracked(spec, fn, style, trackingOfFunction);
}

function tracked(
  spec: ExecutionSpec,
  face: AnyFunction,
  style: CallStyle,
  findTracking: FindTracking,
  responseParameter?: number,
): AnyFunction {
  // What a subclass inherits and tracks under a name of its own is counted once.
  const fn = specOf(face, spec.kind) === undefined ? face : (bodies.get(face) ?? face);
  const call: DeclaredCall = { spec, style, responseParameter };
  const name = typeof face.name === 'string' ? face.name : '';
  // Named as it is made: one that is changed makes V8 keep the properties of each function in a table of its own.
  const named = {
    [name](this: unknown, ...args: never[]): unknown {
      const outer = enteredExecution();
      const execution = findTracking(this, outer)?.beginCall(call, this, args, outer);
      if (execution === undefined) return fn.apply(this, args);
      const { host } = execution;
      // No closure: with one, V8 would put the arguments of each call on the heap.
      if (execution.isBarred) return host.barCall(execution, call, fn.bind(this, ...args));
      const isInside = host.options.asyncContext && enterContext(execution, outer);
      try {
        const result = fn.apply(this, args);
        if (isInside) leaveContext(outer);
        return host.endCall(execution, call, result);
      } catch (error) {
        execution.call = 'thrown';
        host.uncounted += 1;
        if (isInside) leaveContext(outer);
        execution.failed(error);
        throw error;
      }
    },
  };
  const wrapper = named[name]!;
  copyFace(face, wrapper);
  bodies.set(wrapper, fn);
  Reflect.defineMetadata(SPEC_KEYS[spec.kind], spec, wrapper);
  return wrapper;
}

/** Name, length, own properties, class (of an async or a generator function) and metadata. */
function copyFace(from: AnyFunction, to: AnyFunction): void {
  for (const key of Reflect.ownKeys(from)) {
    if (key !== 'prototype' && !isInborn(key, from, to)) copyProperty(key, from, to);
  }
  const prototype = Object.getPrototypeOf(from) as object;
  if (prototype !== Object.getPrototypeOf(to)) Object.setPrototypeOf(to, prototype);
  for (const key of Reflect.getOwnMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}

/**
 * Whether both have it from the engine: the name always, the length where there are no parameters. Their descriptors would
 * say the same, and take ten times as long: a quarter of the definition of a tracked method.
 */
function isInborn(key: string | symbol, from: AnyFunction, to: AnyFunction): boolean {
  return (key === 'name' && from.name === to.name) || (key === 'length' && from.length === to.length);
}

function copyProperty(key: string | symbol, from: AnyFunction, to: AnyFunction): void {
  Object.defineProperty(to, key, Object.getOwnPropertyDescriptor(from, key)!);
}

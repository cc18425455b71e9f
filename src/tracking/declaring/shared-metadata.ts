import { processWide } from '../../runtime/process-wide';
import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { AnyFunction } from './call-style';

/** Marks a tracked function with its spec. Metadata, so that decorators which copy metadata carry it on. */
export const SPEC_KEYS: Readonly<Record<ExecutionKind, symbol>> = {
  agent: Symbol.for('nestjs-agent-metrics@1:agent'),
  tool: Symbol.for('nestjs-agent-metrics@1:tool'),
  model: Symbol.for('nestjs-agent-metrics@1:model'),
};

/** A body that had our marks would be taken for one that is tracked already. */
const OWN_KEYS = new Set<unknown>(Object.values(SPEC_KEYS));

/** From each function of a method to all of them. */
const faces = processWide('faces', () => new WeakMap<object, MethodFaces>());

/**
 * The functions of one method: its body, and the wrappers that track it. A decorator below keeps the body, one above
 * writes to what it sees. Undecorated, both have the same function, so these have the same metadata.
 */
class MethodFaces {
  /** The outermost first. */
  private readonly functions: AnyFunction[];
  /** What all of them had when they were last compared. */
  private readonly shared = new Map<unknown, unknown>();

  constructor(body: AnyFunction) {
    this.functions = [body];
    for (const key of keysOf(body)) this.shared.set(key, Reflect.getOwnMetadata(key, body));
  }

  add(wrapper: AnyFunction): void {
    this.functions.unshift(wrapper);
  }

  share(): void {
    const present = this.functions.flatMap(keysOf);
    // Most methods have none.
    if (present.length === 0 && this.shared.size === 0) return;
    for (const key of new Set([...this.shared.keys(), ...present])) this.shareKey(key);
  }

  /** The last change counts, which is that of the outermost function. */
  private shareKey(key: unknown): void {
    const before = this.shared.get(key);
    const changed = this.functions.find((fn) => Reflect.getOwnMetadata(key, fn) !== before);
    if (changed === undefined) return;
    const value: unknown = Reflect.getOwnMetadata(key, changed);
    const isDeleted = !Reflect.hasOwnMetadata(key, changed);
    for (const fn of this.functions) {
      if (isDeleted) Reflect.deleteMetadata(key, fn);
      else Reflect.defineMetadata(key, value, fn);
    }
    if (isDeleted) this.shared.delete(key);
    else this.shared.set(key, value);
  }
}

/**
 * Gives a method's body what decorators further out are about to set on its wrapper: before anything that is waited for
 * goes on, and again when an application starts.
 */
export function shareMetadata(body: AnyFunction, wrapper: AnyFunction): void {
  const known = faces.get(body);
  const method = known ?? new MethodFaces(body);
  method.add(wrapper);
  faces.set(body, method).set(wrapper, method);
  if (known === undefined && fresh.push(method) === 1) void Promise.resolve().then(shareFresh);
}

/** Methods whose other decorators are still to run: all of them do before the next microtask. */
let fresh: MethodFaces[] = [];

function shareFresh(): void {
  const methods = fresh;
  fresh = [];
  for (const method of methods) method.share();
}

/** Brings the metadata of a tracked function and of what it runs together. */
export function updateSharedMetadata(tracked: object): void {
  faces.get(tracked)?.share();
}

function keysOf(fn: AnyFunction): unknown[] {
  return (Reflect.getOwnMetadataKeys(fn) as unknown[]).filter((key) => !OWN_KEYS.has(key));
}

import { processWide } from '../../runtime/process-wide';
import type { LiveExecution } from '../execution/live-execution';

/** What is known of an object that is watched: whichever call hands it out, it is watched once. */
export interface Watch {
  /** Whether each use of the object is an execution. */
  readonly isReusable: boolean;
  /**
   * Another call hands the object out.
   *
   * @returns whether its execution ends with the object; else it ends as the call returns
   */
  join(execution: LiveExecution): boolean;
  /** What waits for the use of the object is under way; it ends, should the object be dropped. */
  endWhenDropped(source: object): void;
}

/** By the object. One for all copies of the package. */
const watches = processWide('watches', () => new WeakMap<object, Watch>());

export function watchOf(source: object): Watch | undefined {
  return watches.get(source);
}

/** Calls the object's own method. */
export type Ask = (...args: unknown[]) => unknown;

/** What happens in place of a method by which an object is read. */
export type Door = (ask: Ask, args: unknown[]) => unknown;

/** By the name of the method. A method that the object does not have is left out. */
export type Doors = Readonly<Record<string | symbol, Door>>;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Watches an object through its doors, so that it stays the same object for all who hold it. Each gets an own method over
 * the present one; where one cannot be redefined, none is.
 */
export function watchThrough(source: object, watch: Watch, doors: Doors): boolean {
  const keys = Reflect.ownKeys(doors).filter((key) => typeof Reflect.get(source, key) === 'function');
  if (keys.length === 0 || !keys.every((key) => isRedefinable(source, key))) return false;
  const before = keys.map((key) => [key, Object.getOwnPropertyDescriptor(source, key)] as const);
  try {
    for (const [key, own] of before) installDoor(source, key, own, doors[key]!);
  } catch {
    // A proxy may refuse what it has promised.
    for (const [key, own] of before) restore(source, key, own);
    return false;
  }
  watches.set(source, watch);
  return true;
}

function isRedefinable(source: object, key: string | symbol): boolean {
  const own = Object.getOwnPropertyDescriptor(source, key);
  if (own === undefined) return Object.isExtensible(source);
  return own.configurable === true || own.writable === true;
}

function installDoor(source: object, key: string | symbol, own: PropertyDescriptor | undefined, door: Door): void {
  const original = Reflect.get(source, key) as Method;
  const ask: Ask = (...args) => original.apply(source, args);
  const method: Method = function (...args) {
    if (this === source) return door(ask, args);
    return methodOfCopy(this, key, own === undefined, method, original).apply(this, args);
  };
  Object.defineProperty(source, key, {
    value: method,
    enumerable: own?.enumerable ?? false,
    configurable: own?.configurable ?? true,
    writable: own?.writable ?? true,
  });
}

/**
 * Our method was copied onto another object. Where the watched object inherited the original, nothing would have been
 * copied without us: the copy does what it has inherited itself.
 */
function methodOfCopy(copy: unknown, key: string | symbol, inherited: boolean, ours: Method, original: Method): Method {
  if (!inherited || typeof copy !== 'object' || copy === null) return original;
  const prototype = Object.getPrototypeOf(copy) as object | null;
  const own: unknown = prototype === null ? undefined : Reflect.get(prototype, key, copy);
  return typeof own === 'function' && own !== ours ? (own as Method) : original;
}

function restore(source: object, key: string | symbol, own: PropertyDescriptor | undefined): void {
  try {
    if (own === undefined) Reflect.deleteProperty(source, key);
    else Reflect.defineProperty(source, key, own);
  } catch {
    // Then it keeps a method that asks the original.
  }
}

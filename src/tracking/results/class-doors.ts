import { EventEmitter } from 'node:events';

/** Classes with more methods are clients and builders: of theirs, only those that are known to run something. */
const MAX_METHODS = 40;
const RUNNING = new Set(['all', 'cursor', 'exec', 'execute', 'get', 'run', 'stream', 'values']);

/** Doors of their own, or none. */
const OTHERS = new Set(['constructor', 'then', 'catch', 'finally', 'emit', 'next', 'return', 'throw']);

/** Where a class ends. */
const BASES = new Set<object>([
  Object.prototype,
  EventEmitter.prototype,
  Object.getPrototypeOf((async () => {})()) as object,
]);

/** By prototype. */
const known = new WeakMap<object, readonly string[]>();

/**
 * Methods of an object's class, any of which may hand out what is really read: OpenAI's `withResponse`, the `exec` and the
 * `stream` of a query, the `toTextStream` of a run.
 */
export function classDoors(source: object): readonly string[] {
  const prototype = Object.getPrototypeOf(source) as object | null;
  if (prototype === null || typeof source !== 'object') return [];
  let doors = known.get(prototype);
  if (doors === undefined) known.set(prototype, (doors = methodsOf(prototype)));
  return doors;
}

function methodsOf(prototype: object): readonly string[] {
  const methods = new Set<string>();
  for (let level: object | null = prototype; level !== null && !BASES.has(level);) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof value === 'function' && !OTHERS.has(key) && !key.startsWith('_')) methods.add(key);
    }
    level = Object.getPrototypeOf(level) as object | null;
  }
  const names = [...methods];
  return names.length > MAX_METHODS ? names.filter((name) => RUNNING.has(name)) : names;
}

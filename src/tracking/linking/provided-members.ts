import { types } from 'node:util';

/** Members that are looked at: a provider may be a table of a million rows. */
const MAX_MEMBERS = 1_000;

/**
 * The objects in an array, a Map, a Set or a plain record: a factory may make several tools at once. Nothing of the
 * user's runs for it: no getter, no iterator, no trap of a proxy that holds them.
 */
export function* membersOf(provided: unknown): Generator<object> {
  let left = MAX_MEMBERS;
  for (const member of candidatesOf(provided)) {
    if ((left -= 1) < 0) return;
    if (typeof member === 'object' && member !== null) yield member;
  }
}

function candidatesOf(provided: unknown): Iterable<unknown> {
  if (typeof provided !== 'object' || provided === null || types.isProxy(provided)) return [];
  if (types.isMap(provided)) return Map.prototype.values.call(provided);
  if (types.isSet(provided)) return Set.prototype.values.call(provided);
  if (Array.isArray(provided)) return valuesOf(provided, indexesOf(provided));
  return isRecord(provided) ? valuesOf(provided, Object.keys(provided)) : [];
}

/** One that no class has made. */
function isRecord(provided: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(provided);
  return prototype === Object.prototype || prototype === null;
}

/** Without a list of all: an array may be long. */
function* indexesOf({ length }: readonly unknown[]): Generator<number> {
  for (let index = 0; index < length; index += 1) yield index;
}

function* valuesOf(provided: object, keys: Iterable<string | number>): Generator<unknown> {
  for (const key of keys) yield Object.getOwnPropertyDescriptor(provided, key)?.value;
}

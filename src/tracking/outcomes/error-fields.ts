/** Anything can be thrown: what follows reads objects with throwing getters and revoked proxies as if they had nothing. */

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function readField(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** As many of a list's first items as are asked for; none of what is no list. */
export function readItems(list: unknown, limit: number): unknown[] {
  if (!isList(list)) return [];
  const items = Array.from({ length: limit }, (_, index) => readField(list, String(index)));
  return items.filter((item) => item !== undefined);
}

export function classNameOf(error: object): unknown {
  const constructor = readField(error, 'constructor');
  return typeof constructor === 'function' ? readField(constructor, 'name') : undefined;
}

function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** A frozen object by name. Without a prototype, so that `__proto__` is a name like any other. */
export function byName<Value, Read>(values: Iterable<readonly [string, Value]>, read: (value: Value) => Read) {
  const result = Object.create(null) as Record<string, Read>;
  for (const [name, value] of values) result[name] = read(value);
  return Object.freeze(result);
}

/**
 * Something of which there is one in the process, whatever applications and copies of this package it holds: the first
 * who asks for it makes it.
 */
export function processWide<Value>(name: string, create: () => Value): Value {
  const holder = globalThis as Record<symbol, unknown>;
  return (holder[Symbol.for(`nestjs-agent-metrics@1:${name}`)] ??= create()) as Value;
}

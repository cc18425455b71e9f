type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts a method of our own before that of one object, hidden from those who list its properties. An object without such
 * a method stays as it is.
 */
export function replaceMethod(target: object, name: string, make: (method: AnyMethod) => AnyMethod): void {
  const method = (target as Record<string, unknown>)[name];
  if (typeof method !== 'function') return;
  Object.defineProperty(target, name, { value: make(method as AnyMethod), configurable: true, writable: true });
}

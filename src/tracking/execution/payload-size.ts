/**
 * The size of a value in bytes: text and binary as they are, anything else as JSON. What cannot be looked at or written
 * as JSON (a revoked proxy, a circular object, a `toJSON` that throws), or is there only once it is read, counts
 * nothing.
 */
export function payloadBytes(value: unknown): number {
  try {
    return sizeOf(value);
  } catch {
    return 0;
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (value instanceof Blob) return value.size;
  return isYetToCome(value) ? 0 : jsonBytes(value);
}

const METHODS_OF_WHAT_COMES = [
  'then',
  'pipe',
  'subscribe',
  'getReader',
  'next',
  'addEventListener',
  Symbol.asyncIterator,
];

/** Promises, streams and signals: writing them as JSON would show their insides. */
function isYetToCome(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return METHODS_OF_WHAT_COMES.some((method) => typeof Reflect.get(value, method) === 'function');
}

function jsonBytes(value: unknown): number {
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined ? 0 : Buffer.byteLength(json);
}

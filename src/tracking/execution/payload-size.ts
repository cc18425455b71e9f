/**
 * The size of a value in bytes: text and binary as they are, anything else as JSON. What cannot be written as JSON, or
 * is there only once somebody reads it, counts nothing.
 */
export function payloadBytes(value: unknown): number {
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
  try {
    return METHODS_OF_WHAT_COMES.some((method) => typeof Reflect.get(value, method) === 'function');
  } catch {
    return true;
  }
}

/** A user's `toJSON` may throw, and the object may be circular or hold a BigInt. */
function jsonBytes(value: unknown): number {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json === undefined ? 0 : Buffer.byteLength(json);
  } catch {
    return 0;
  }
}

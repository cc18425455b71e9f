import { types } from 'node:util';

/** What is looked at of the arguments of one call. Of those that are larger nothing is known. */
const MOST_CHARACTERS = 65_536;
const MOST_VALUES = 10_000;
const MOST_LEVELS = 100;

/** Thrown where a value cannot be looked at. One for all, because it is not read and taking a stack is slow. */
const UNSEEN = new Error('It cannot be looked at.');

/**
 * The same text for equal values, another for values that differ: JSON with sorted keys, and with a form of its own for
 * what JSON has none for (NaN, bigint, bytes, Map, Set). Undefined for what cannot be looked at: functions, symbols, what
 * contains itself, what throws, what keeps its state to itself, and what is too large.
 */
export function canonicalText(value: unknown): string | undefined {
  try {
    return new CanonicalWriter().write(value, MOST_LEVELS);
  } catch {
    return undefined;
  }
}

class CanonicalWriter {
  private values = MOST_VALUES;
  private characters = MOST_CHARACTERS;

  /** @param levels how many may lie within it; what contains itself has more than any */
  write(value: unknown, levels: number): string {
    this.values -= 1;
    if (this.values < 0 || levels < 0) throw UNSEEN;
    switch (typeof value) {
      case 'string':
        return this.writeText(value);
      case 'bigint':
        // Decimal digits would take time with the square of their number.
        return this.take(`${value.toString(16)}n`);
      case 'number':
      case 'boolean':
        return this.take(String(value));
      case 'undefined':
        return 'null';
      case 'object':
        return value === null ? 'null' : this.writeObject(value, levels - 1);
      default:
        throw UNSEEN;
    }
  }

  private writeObject(value: object, levels: number): string {
    if (ArrayBuffer.isView(value)) return this.writeBytes(value, value);
    if (types.isAnyArrayBuffer(value)) return this.writeBytes(value, new Uint8Array(value));
    if (types.isMap(value)) return `Map${this.writeUnordered(value, levels)}`;
    if (types.isSet(value)) return `Set${this.writeUnordered(value, levels)}`;
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON !== 'function') return this.writeMembers(value, levels);
    const json: unknown = Reflect.apply(toJSON, value, ['']);
    return typeof json === 'object' && json !== null ? this.writeMembers(json, levels) : this.write(json, levels);
  }

  private writeMembers(value: object, levels: number): string {
    if (Array.isArray(value)) return this.writeList(value, levels);
    const keys = Object.keys(value);
    this.expect(keys.length);
    if (!showsItself(value, keys)) throw UNSEEN;
    let text = '{';
    for (const key of keys.sort()) {
      const member = (value as Record<string, unknown>)[key];
      if (member !== undefined) text += `${this.writeText(key)}:${this.write(member, levels)},`;
    }
    return `${text}}`;
  }

  private writeList(list: readonly unknown[], levels: number): string {
    this.expect(list.length);
    let text = '[';
    for (const item of list) text += `${this.write(item, levels)},`;
    return `${text}]`;
  }

  /** The entries of a Map are pairs. */
  private writeUnordered(all: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>, levels: number): string {
    this.expect(all.size);
    const texts = Array.from<unknown, string>(all, (item) => this.write(item, levels));
    return `[${texts.sort().join()}]`;
  }

  /** With their type, which for a Buffer is Uint8Array: what another type reads of the same bytes is something else. */
  private writeBytes(value: object, { buffer, byteOffset, byteLength }: ArrayBufferView): string {
    if (byteLength > this.characters) throw UNSEEN;
    const type = Object.prototype.toString.call(value).slice('[object '.length, -1);
    return this.take(`${type}"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"`);
  }

  private writeText(text: string): string {
    if (text.length > this.characters) throw UNSEEN;
    return this.take(JSON.stringify(text));
  }

  private take(text: string): string {
    this.characters -= text.length;
    if (this.characters < 0) throw UNSEEN;
    return text;
  }

  /** So many values follow. */
  private expect(count: number): void {
    if (count > this.values) throw UNSEEN;
  }
}

/** A RegExp, an Error or an instance that keeps all it has in private fields looks like any other of its kind. */
function showsItself(value: object, keys: readonly string[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  // One of another realm is the `Object.prototype` there.
  return keys.length > 0 || Object.getPrototypeOf(prototype) === null;
}

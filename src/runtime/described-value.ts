import { inspect } from 'node:util';

/** Short and harmless in a log line, whatever it is: some values throw when they are looked at. */
export function describeValue(value: unknown): string {
  try {
    return inspect(value, { depth: 0, maxArrayLength: 4, maxStringLength: 40, breakLength: Infinity });
  } catch {
    return `a value of type ${typeof value} that cannot be shown`;
  }
}

type SnakeCase<Name> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : '';

/** Milliseconds are written as a duration in the form of Go, and beside it in seconds. */
type DurationName = `${string}Ms`;
type JsonName<Name> = SnakeCase<Name extends `${infer Duration}Ms` ? Duration : Name>;
type SecondsName<Name> = Name extends DurationName ? `${JsonName<Name>}_seconds` : never;

/** The JSON of a value that users read. Values by a name that users gave stay under it. */
type JsonValue<Value> = Value extends undefined
  ? null
  : Value extends Date
    ? string
    : Value extends readonly (infer Item)[]
      ? JsonValue<Item>[]
      : Value extends object
        ? string extends keyof Value
          ? { [Name in keyof Value]: JsonValue<Value[Name]> }
          : JsonDocument<Value>
        : Value;

/** The JSON of an object that users read: the same members in snake_case. */
export type JsonDocument<Read> = {
  [Name in keyof Read as JsonName<Name>]: Name extends DurationName ? string : JsonValue<Read[Name]>;
} & { [Name in keyof Read as SecondsName<Name>]: number };

const NAMES = new Map<string, string>();

/** The name in JSON of a member that users read. */
export function jsonName(name: string): string {
  let known = NAMES.get(name);
  if (known === undefined) NAMES.set(name, (known = snakeCase(name.replace(/Ms$/, ''))));
  return known;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

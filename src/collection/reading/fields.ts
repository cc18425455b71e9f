import { byName } from './by-name';

const NS_PER_MS = 1e6;

/** How users read one member of an object. */
interface Readable<Source, Value> {
  readonly read: (source: Source) => Value;
}

export interface NumberField<Source> extends Readable<Source, number> {
  readonly kind: 'number';
}

export interface TextField<Source> extends Readable<Source, string> {
  readonly kind: 'text';
}

/** Collected in nanoseconds, read in milliseconds. */
export interface DurationField<Source> extends Readable<Source, number> {
  readonly kind: 'duration';
  readonly nanoseconds: (source: Source) => number;
}

/** An object whose fields have a table of their own. `object` checks that the table fits what `of` returns. */
export interface ObjectField<Source, Value> extends Readable<Source, Value> {
  readonly kind: 'object';
  readonly of: (source: Source) => unknown;
  readonly fields: FieldTable<never>;
}

/** Values by name. `map` checks that the field fits the entries. */
export interface MapField<Source, Value> extends Readable<Source, Readonly<Record<string, Value>>> {
  readonly kind: 'map';
  readonly entries: (source: Source) => ReadonlyMap<string, unknown>;
  readonly value: Field<never>;
}

export type Field<Source> =
  | NumberField<Source>
  | TextField<Source>
  | DurationField<Source>
  | ObjectField<Source, unknown>
  | MapField<Source, unknown>;

/** A table of fields, whatever they are read into. */
export type FieldTable<Source> = Readonly<Record<string, Field<Source>>>;

/** The kind of field that a member has by its type, and a duration by its name. */
type FieldOf<Source, Name, Value> = Name extends `${string}Ms`
  ? DurationField<Source>
  : Value extends number
    ? NumberField<Source>
    : Value extends string
      ? TextField<Source>
      : string extends keyof Value
        ? MapField<Source, Value[string & keyof Value]>
        : ObjectField<Source, Value>;

/**
 * How each member of `Read`, an object that users read, is made of `Source`. The JSON document has the members in the
 * order of the table. A member without a row, a row without a member and a row of another kind do not compile.
 */
export type Fields<Source, Read> = { readonly [Name in keyof Read]: FieldOf<Source, Name, Read[Name]> };

export function number<Source>(read: (source: Source) => number): NumberField<Source> {
  return { kind: 'number', read };
}

export function text<Source>(read: (source: Source) => string): TextField<Source> {
  return { kind: 'text', read };
}

export function duration<Source>(nanoseconds: (source: Source) => number): DurationField<Source> {
  return { kind: 'duration', nanoseconds, read: (source) => nanoseconds(source) / NS_PER_MS };
}

/** Without `of` the object is read from the source itself. */
export function object<Source, Value>(fields: Readings<Source, Value> & FieldTable<Source>): ObjectField<Source, Value>;
export function object<Source, Part, Value>(
  fields: Readings<Part, Value> & FieldTable<Part>,
  of: (source: Source) => Part,
): ObjectField<Source, Value>;
export function object<Part, Value>(
  fields: Readings<Part, Value> & FieldTable<Part>,
  of: (source: Part) => Part = (source) => source,
): ObjectField<Part, Value> {
  return { kind: 'object', of, fields, read: (source) => readFields<Part, Value>(fields, of(source)) };
}

export function map<Source, Entry, Value>(
  entries: (source: Source) => ReadonlyMap<string, Entry>,
  value: Readable<Entry, Value> & Field<Entry>,
): MapField<Source, Value> {
  return { kind: 'map', entries, value, read: (source) => byName<Entry, Value>(entries(source), value.read) };
}

type Readings<Source, Read> = { readonly [Name in keyof Read]: Readable<Source, Read[Name]> };

/** What users read: a frozen object of its own. */
export function readFields<Source, Read>(fields: Readings<Source, Read>, source: Source): Read {
  const read: Partial<Read> = {};
  for (const name in fields) read[name] = fields[name].read(source);
  return Object.freeze(read as Read);
}

import { PreparedText } from '../text/prepared-text';
import type { TextBuffer } from '../text/text-buffer';
import { writeGoDuration } from './go-duration';
import { jsonName } from './json-names';

/** Writes a value as JSON. */
export type WriteValue<Source> = (out: TextBuffer, source: Source) => void;

/** A name, and how its value is written. */
export type Member<Source> = readonly [name: string, write: WriteValue<Source>];

const EMPTY = new PreparedText('{}');
const END = new PreparedText('}');
const QUOTE = new PreparedText('"');
const COLON = new PreparedText(':');
const OPEN = new PreparedText('{');
const NEXT = new PreparedText(',');
const OPEN_LIST = new PreparedText('[');
const END_LIST = new PreparedText(']');
const NULL = new PreparedText('null');

/** An object whose members are always the same; their names are made once, in bytes. */
export function objectOf<Source>(members: readonly Member<Source>[]): WriteValue<Source> {
  const write = openObjectOf(members);
  return (out, source) => {
    write(out, source);
    out.writePrepared(END);
  };
}

/** The same without its end: more members follow. */
export function openObjectOf<Source>(members: readonly Member<Source>[]): WriteValue<Source> {
  const starts = members.map(([name], index) => new PreparedText(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`));
  const writes = members.map(([, write]) => write);
  return (out, source) => {
    for (let index = 0; index < starts.length; index += 1) {
      out.writePrepared(starts[index]!);
      writes[index]!(out, source);
    }
  };
}

/** An object whose members are entries of a map. Pieces of it may be handed over in between. */
export function mapOf<Value>(write: WriteValue<Value>): WriteValue<ReadonlyMap<string, Value>> {
  return (out, entries) => {
    if (entries.size === 0) return out.writePrepared(EMPTY);
    let separator = OPEN;
    for (const [name, value] of entries) {
      out.writePrepared(separator);
      writeText(out, name);
      out.writePrepared(COLON);
      write(out, value);
      out.handOver();
      separator = NEXT;
    }
    out.writePrepared(END);
  };
}

/** The same in steps: one for an entry, or those of its value. Entries are asked for one by one. */
export function* mapSteps<Value>(
  out: TextBuffer,
  entries: Iterable<readonly [name: string, value: Value]>,
  write: (out: TextBuffer, value: Value) => Iterable<void> | void,
): Generator<void> {
  let separator = OPEN;
  for (const [name, value] of entries) {
    out.writePrepared(separator);
    writeText(out, name);
    out.writePrepared(COLON);
    const steps = write(out, value);
    if (steps !== undefined) yield* steps;
    out.handOver();
    separator = NEXT;
    yield;
  }
  out.writePrepared(separator === OPEN ? EMPTY : END);
}

/** How each member of `Value` is written, in this order. One that is missing does not compile. */
export type Members<Value> = { readonly [Name in keyof Value]-?: WriteValue<Value[Name]> };

/** An object of members that users read, under the names that they have in JSON. */
export function objectOfMembers<Value>(members: Members<Value>): WriteValue<Value> {
  return objectOf(
    (Object.keys(members) as (keyof Value & string)[]).map((name) => {
      const write = members[name];
      return [jsonName(name), (out, value) => write(out, value[name])];
    }),
  );
}

export function listOf<Item>(write: WriteValue<Item>): WriteValue<readonly Item[]> {
  return (out, items) => {
    out.writePrepared(OPEN_LIST);
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) out.writePrepared(NEXT);
      write(out, items[index]!);
    }
    out.writePrepared(END_LIST);
  };
}

export function orNull<Value>(write: WriteValue<Value>): WriteValue<Value | null> {
  return (out, value) => (value === null ? out.writePrepared(NULL) : write(out, value));
}

/** One that JSON has no text for, a sum beyond all numbers, is null. */
export function writeFinite(out: TextBuffer, value: number): void {
  if (Number.isFinite(value)) out.writeNumber(value);
  else out.writePrepared(NULL);
}

export function writeTime(out: TextBuffer, time: Date): void {
  writeText(out, time.toISOString());
}

export function text<Source>(read: (source: Source) => string): WriteValue<Source> {
  return (out, source) => writeText(out, read(source));
}

export function number<Source>(read: (source: Source) => number): WriteValue<Source> {
  return (out, source) => out.writeNumber(read(source));
}

/** A duration in nanoseconds twice: in the form of Go, and in seconds. */
export function duration<Source>(name: string, read: (source: Source) => number): Member<Source>[] {
  return [
    [name, (out, source) => writeQuotedDuration(out, read(source))],
    [`${name}_seconds`, (out, source) => out.writeBillionths(read(source))],
  ];
}

function writeQuotedDuration(out: TextBuffer, ns: number): void {
  out.writePrepared(QUOTE);
  writeGoDuration(out, Math.floor(ns));
  out.writePrepared(QUOTE);
}

export function writeText(out: TextBuffer, value: string): void {
  out.writePrepared(QUOTE);
  if (out.writePlain(value)) out.writePrepared(QUOTE);
  else out.write(JSON.stringify(value).slice(1));
}

import type { Field, FieldTable } from '../../collection/reading/fields';
import { jsonName } from './json-names';
import { duration, mapOf, number, objectOf, openObjectOf, text, type Member, type WriteValue } from './json-object';

/** Writes an object from what was collected, field by field, as `documentOf` would what users read of it. */
export function objectOfFields<Source>(fields: FieldTable<Source>): WriteValue<Source> {
  return objectOf(allMembers(fields));
}

/** The same without its end: more members follow. */
export function openObjectOfFields<Source>(fields: FieldTable<Source>): WriteValue<Source> {
  return openObjectOf(allMembers(fields));
}

function allMembers<Source>(fields: FieldTable<Source>): Member<Source>[] {
  return Object.entries(fields).flatMap(([name, field]) => membersOf(jsonName(name), field));
}

function membersOf<Source>(name: string, field: Field<Source>): Member<Source>[] {
  return field.kind === 'duration' ? duration(name, field.nanoseconds) : [[name, valueOf(field)]];
}

function valueOf<Source>(field: Field<Source>): WriteValue<Source> {
  switch (field.kind) {
    case 'text':
      return text(field.read);
    case 'object':
      return partOf(objectOfFields(field.fields), field.of);
    case 'map':
      return partOf(mapOf(valueOf(field.value)), field.entries);
    default:
      return number(field.read);
  }
}

/** The two belong together; the caller has checked that. */
function partOf<Source>(write: WriteValue<never>, of: (source: Source) => unknown): WriteValue<Source> {
  return (out, source) => write(out, of(source) as never);
}

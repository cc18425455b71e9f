import { byName } from '../../collection/reading/by-name';
import { formatGoDuration, toSeconds } from './go-duration';
import { jsonName, type JsonDocument } from './json-names';

/** What `JSON.stringify` makes the JSON of. */
export function documentOf<Read extends object>(read: Read): JsonDocument<Read> {
  const document: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(read) as [string, unknown][]) {
    const name = jsonName(member);
    if (typeof value === 'number' && member.endsWith('Ms')) {
      document[name] = formatGoDuration(value);
      document[`${name}_seconds`] = toSeconds(value);
    } else {
      document[name] = jsonValue(value);
    }
  }
  return document as JsonDocument<Read>;
}

function jsonValue(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(jsonValue);
  return isByName(value) ? byName(Object.entries(value), jsonValue) : documentOf(value);
}

/** As `byName` has made it. */
function isByName(value: object): boolean {
  return Object.getPrototypeOf(value) === null;
}

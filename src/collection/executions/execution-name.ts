import { detachedText } from '../../runtime/detached-text';

const MAX_CODE_POINTS = 128;

/** Names in their form, by themselves: most come again, and looking one up is cheaper than copying it. */
const known = new Map<string, string>();
const MAX_KNOWN = 4_096;

/**
 * The form in which a name is stored and exposed: well-formed Unicode (Prometheus turns a lone surrogate into U+FFFD, and
 * two names would become one there), at most 128 code points, and in memory of its own: series, history and warnings
 * keep names for long.
 */
export function normaliseName(name: string): string {
  // Two UTF-16 units a code point at the most: what lies beyond is never looked at, however long the name is.
  const start = name.length <= 2 * MAX_CODE_POINTS ? name : name.slice(0, 2 * MAX_CODE_POINTS);
  return known.get(start) ?? remember(cut(start).toWellFormed());
}

function cut(name: string): string {
  return name.length <= MAX_CODE_POINTS ? detachedText(name) : [...name].slice(0, MAX_CODE_POINTS).join('');
}

function remember(name: string): string {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(name, name);
  return name;
}

import { detachedText } from './detached-text';

const MAX_CODE_POINTS = 128;

/**
 * The form in which a name is stored and exposed: well-formed Unicode (Prometheus turns a lone surrogate into U+FFFD, and
 * two names would become one there), at most 128 code points, and in memory of its own: series, history and warnings
 * keep names for long.
 */
export function normaliseName(name: string): string {
  const wellFormed = name.isWellFormed() ? name : name.toWellFormed();
  return wellFormed.length <= MAX_CODE_POINTS ? detachedText(wellFormed) : cut(wellFormed);
}

function cut(name: string): string {
  // Two UTF-16 units a code point at the most: what lies beyond is never looked at, however long the name is.
  return [...name.slice(0, 2 * MAX_CODE_POINTS)].slice(0, MAX_CODE_POINTS).join('');
}

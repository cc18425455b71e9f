const MAX_CODE_POINTS = 128;

/**
 * The form in which a name is stored and exposed: well-formed Unicode (Prometheus turns a lone surrogate into U+FFFD, and
 * two names would become one there) and at most 128 code points.
 */
export function normaliseName(name: string): string {
  const wellFormed = name.isWellFormed() ? name : name.toWellFormed();
  return wellFormed.length <= MAX_CODE_POINTS ? wellFormed : cut(wellFormed);
}

function cut(name: string): string {
  // Two UTF-16 units a code point at the most: what lies beyond is never looked at, however long the name is.
  return [...name.slice(0, 2 * MAX_CODE_POINTS)].slice(0, MAX_CODE_POINTS).join('');
}

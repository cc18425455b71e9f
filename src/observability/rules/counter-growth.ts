/**
 * Counters that grew within the last hour. `increase` does not see the first value of a series that did not exist
 * before, and a counter of rare events begins to exist with the first of them.
 */
export function grew(counter: string, grouping: string): string {
  const sum = (inner: string) => `sum ${grouping} (${inner})`;
  return [
    `${sum(`increase(${counter}[1h])`)} > 0`,
    `or (${sum(counter)} > 0 unless ${sum(`${counter} offset 1h`)})`,
  ].join('\n');
}

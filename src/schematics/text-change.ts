/** Replaces the text between two offsets. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export const insertion = (at: number, text: string): TextChange => ({ start: at, end: at, text });

/** Changes must not overlap. Those at one offset keep their order. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  // From the end, so that the offsets of those before stay right.
  return changes
    .toSorted((one, other) => one.start - other.start)
    .reduceRight((result, { start, end, text }) => result.slice(0, start) + text + result.slice(end), text);
}

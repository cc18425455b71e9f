import { setImmediate } from 'node:timers/promises';
import type { Section } from './section';

const MAX_PHRASE_LENGTH = 300;
const MAX_BLOCKING_MS = 10;

/**
 * The `limit` sections whose raw text comes closest to `phrase`, by the number of letters in which they differ.
 * It reads every letter of every document, which the index cannot answer and which is slow; so it pauses for others
 * in between, and stops once `signal` is aborted.
 */
export async function closestSections(
  phrase: string,
  sections: readonly Section[],
  limit: number,
  signal?: AbortSignal,
): Promise<Section[]> {
  const letters = codesOf(phrase.slice(0, MAX_PHRASE_LENGTH));
  const ranked: { section: Section; distance: number }[] = [];
  let pausedAt = performance.now();
  for (const section of sections) {
    ranked.push({ section, distance: distanceTo(section, letters) });
    if (performance.now() - pausedAt < MAX_BLOCKING_MS) continue;
    await setImmediate(undefined, { signal });
    pausedAt = performance.now();
  }
  ranked.sort((a, b) => a.distance - b.distance);
  return ranked.slice(0, limit).map(({ section }) => section);
}

/** A heading counts as much as the whole text below it. */
function distanceTo({ heading, text }: Section, phrase: Uint16Array): number {
  return distanceWithin(phrase, codesOf(heading)) + distanceWithin(phrase, codesOf(text));
}

function codesOf(text: string): Uint16Array {
  const lower = text.toLowerCase();
  const codes = new Uint16Array(lower.length);
  for (let index = 0; index < lower.length; index++) codes[index] = lower.charCodeAt(index);
  return codes;
}

/** Sellers' algorithm: the edit distance between `phrase` and the piece of `text` that resembles it most. */
function distanceWithin(phrase: Uint16Array, text: Uint16Array): number {
  const column = Uint16Array.from({ length: phrase.length + 1 }, (_, row) => row);
  let best = phrase.length;
  for (const letter of text) {
    best = Math.min(best, advance(column, phrase, letter));
  }
  return best;
}

/** One more letter of the text: updates the column of distances in place, returns the whole phrase's. */
function advance(column: Uint16Array, phrase: Uint16Array, letter: number): number {
  let diagonal = 0;
  for (let row = 1; row < column.length; row++) {
    const left = column[row] as number;
    const replaced = diagonal + (phrase[row - 1] === letter ? 0 : 1);
    column[row] = Math.min(replaced, left + 1, (column[row - 1] as number) + 1);
    diagonal = left;
  }
  return column[phrase.length] as number;
}

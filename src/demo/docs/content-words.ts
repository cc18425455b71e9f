const STOP_WORDS = new Set(
  `a about all an and any are as at be but by can could describe do does each explain find for from get give had has have
  how i if in into is it its me mean my no not of on one or our please say says should show so some such tell than that
  the their them then there these they this to us use used using was we were what when where which who why will with
  would you your`.split(/\s+/),
);

/** The words of a text that carry meaning, in lower case. Index, question and quotations are split by it alike. */
export function contentWords(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word));
}

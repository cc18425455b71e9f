// Words that say how something is asked, not what about.
const STOP_WORDS = new Set(
  `a about all an and any are as at be been but by can could describe do does each every explain find for from get give
  had has have how i if in into is it its me mean means more most my no not of on one or our over please say says should
  show so some such tell than that the their them then there these they this to us use used using very was we were what
  when where which who why will with would you your`.split(/\s+/),
);

const WORD = /[\p{L}\p{N}_]{1,64}/gu;

/** The words that matter in a text, in order and cut to their stem: the same for index, question and quotation. */
export function termsOf(text: string): string[] {
  const words = text.toLowerCase().match(WORD) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word)).map((word) => withoutEnding(singular(word)));
}

function singular(word: string): string {
  if (word.length < 4 || !word.endsWith('s') || /(?:ss|us|is)$/.test(word)) return word;
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}

/** "installing" and "installed" are "install". */
function withoutEnding(word: string): string {
  return word.replace(/(?<=.{4})(?:ing|ed)$/, '');
}

/** One slip of the pen for every so many letters is a slip and no other name. */
const LETTERS_PER_SLIP = 3;

/** The name that was probably meant, if one of these is near enough. */
export function nearName(meant: string, names: Iterable<string>): string | undefined {
  const near = [...names]
    .map((name) => ({ name, slips: slipsBetween(plain(meant), plain(name)) }))
    .filter(({ name, slips }) => name !== meant && slips <= Math.floor(meant.length / LETTERS_PER_SLIP))
    .sort((a, b) => a.slips - b.slips);
  return near[0]?.name;
}

/** `webSearch`, `web_search` and `Web search` are one name to who mistakes them. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]/g, '');
}

/** Levenshtein's distance, row by row. */
function slipsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}

const COLORS = [1, 2, 3, 4, 5, 6, 7].map((number) => `--series-${number}`);

/** The colour of everything without a colour of its own. */
export const OTHERS_COLOR = '--series-8';

/** Colours by name. A name keeps its colour while it is shown, whichever others come or go. */
export class SeriesColors {
  /** @type {Map<string, string>} */
  byName = new Map();

  /** @param {readonly string[]} names those that are shown from now on, at most seven */
  show(names) {
    const kept = new Map([...this.byName].filter(([name]) => names.includes(name)));
    for (const name of names) {
      if (kept.has(name)) continue;
      const taken = new Set(kept.values());
      kept.set(name, COLORS.find((color) => !taken.has(color)) ?? OTHERS_COLOR);
    }
    this.byName = kept;
  }

  /** @param {string} name */
  of(name) {
    return this.byName.get(name) ?? OTHERS_COLOR;
  }
}

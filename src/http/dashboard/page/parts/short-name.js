import { grouped } from '../data/grouped.js';
import { html } from '../libraries/lit-html.js';

/** Names up to this length are not split. */
const LONG = 14;
const TAIL = 7;
const MOST_TAIL = 18;
/** The number of letters that are shown before a common end. */
const TOLD = 5;
/** Names that begin alike are told apart by their ends. */
const HEAD = 8;

/**
 * A name whose ends both stay visible if there is too little room: `customer…-7-eu`. The document has the whole name; only
 * the part between the ends is hidden.
 *
 * @param {string} name
 * @param {number} [tail] of `tailsOf`
 */
export function shortName(name, tail = TAIL) {
  if (name.length <= LONG) return html`<bdi class="name" title=${name}>${name === '' ? '(no name)' : name}</bdi>`;
  const letters = [...name];
  const [head, end] = [letters.slice(0, -tail).join(''), letters.slice(-tail).join('')];
  return html`<bdi class="name short-name" title=${name}><span>${head}</span><span>${end}</span></bdi>`;
}

/**
 * How many letters at the end of each name must be visible: enough to tell apart names that begin alike.
 *
 * @param {readonly string[]} names
 * @returns {Map<string, number>}
 */
export function tailsOf(names) {
  const long = names.filter((name) => name.length > LONG);
  const alike = grouped(long, (name) => name.slice(0, HEAD));
  return new Map(
    [...alike.values()].flatMap((group) => {
      const tail = Math.min(Math.max(commonEnd(group) + TOLD, TAIL), MOST_TAIL);
      return group.map((name) => /** @type {const} */ ([name, tail]));
    }),
  );
}

/** The number of letters in the common end of all names; 0 for a single one. @param {readonly string[]} names */
function commonEnd([first = '', ...others]) {
  const letters = [...first].reverse();
  const reversed = others.map((name) => [...name].reverse());
  if (reversed.length === 0) return 0;
  const differs = letters.findIndex((letter, index) => reversed.some((other) => other[index] !== letter));
  return differs < 0 ? letters.length : differs;
}

import { html, nothing } from '../libraries/lit-html.js';
import { hashOf } from '../data/view-state.js';
import { formatCount } from '../parts/format.js';
import { kindMark, nameText } from '../parts/names.js';
import { judge } from './rules.js';

/** @import { ViewState } from '../data/view-state.js' */
/** @import { Facts, Finding } from './finding.js' */

const SHOWN = 5;

/** The verdict: a few sentences, each with a link to the view behind it. @param {Facts} facts @param {ViewState} view */
export function verdictPanel(facts, view) {
  const findings = judge(facts);
  const isWell = !findings.some(({ tone }) => tone !== 'note');
  const shown = findings.slice(0, isWell ? SHOWN - 1 : SHOWN);
  const rest = findings.length - shown.length;
  return html`<section class="verdict ${isWell ? 'is-well' : ''}" id="verdict" aria-label="Verdict">
    <ul>
      ${isWell ? html`<li class="tone-well">${mark('well')} ${wellText(facts)}</li>` : nothing}
      ${shown.map((finding) => findingView(finding, view))}
      ${rest > 0 ? html`<li class="tone-rest">${restLink(rest, view)}</li>` : nothing}
    </ul>
  </section>`;
}

/** @param {Facts} facts */
function wellText({ snapshot: { trends } }) {
  const counts = [trends.agents, trends.tools, trends.models].flatMap((all) =>
    Object.values(all).map(({ count }) => count),
  );
  const isQuiet = counts.every((count) => count === 0);
  return isQuiet ? `Nothing has ended in the last ${trends.window}.` : 'No agent needs attention.';
}

/** @param {Finding} finding @param {ViewState} view */
function findingView({ id, tone, subject, sentence, shows, at }, view) {
  const words = sentence.map((part) => (typeof part === 'string' ? part : html`<bdi>${part.name}</bdi>`));
  return html`<li class="tone-${tone}">
    <a href=${hashOf(view, shows)} data-goes-to=${at} data-finding=${id}
      >${mark(tone)}
      ${subject === undefined ? nothing : html`${kindMark(subject.kind)} ${nameText(subject.name)} `}<span class="words"
        >${words}</span
      ></a
    >
  </li>`;
}

/** @param {number} rest @param {ViewState} view */
function restLink(rest, view) {
  return html`<a href=${hashOf(view, { tab: 'agents', agents: '-errors' })} data-goes-to="tables"
    >and ${formatCount(rest)} more</a
  >`;
}

const MARKS = {
  bad: ['M8 1.5 15 14H1zM8 6v4M8 11.6v.8', 'Bad'],
  warn: ['M8 1.5 15 14H1zM8 6v4M8 11.6v.8', 'Warning'],
  note: ['M8 1.5a6.5 6.5 0 1 0 .01 0zM8 7v4.5M8 4.4v.8', 'Note'],
  well: ['M8 1.5a6.5 6.5 0 1 0 .01 0zM5 8.2l2.1 2.2L11 6', 'Well'],
};

/** @param {keyof typeof MARKS} tone */
function mark(tone) {
  const [path, word] = MARKS[tone];
  return html`<svg class="mark" viewBox="0 0 16 16" role="img" aria-label=${word}><path d=${path}></path></svg>`;
}

import { html } from '../libraries/lit-html.js';

/** @type {readonly (readonly [term: string, meaning: string])[]} */
const WORDS = [
  ['Request', 'The outermost run of an agent, with everything inside it: agents, tools and model calls.'],
  ['p50, p95, p99', 'Half, 95 % and 99 % of the calls took no longer.'],
  ['Failed', 'Ended with an error or a timeout. A cancelled call is not a failure.'],
  ['▲ ▼', 'The change from the window before. It is shown only if the process ran during all of that window.'],
  ['–', 'Not known. Zero is written as 0.'],
  [
    'Over 2× p99',
    'It has been running for more than twice the p99 of the window. If none has ended in the window: for more than twice the longest.',
  ],
  ['Not priced', 'The cost of the call is not known: give it a price by the option pricing.'],
];

/** @type {readonly (readonly [look: string, meaning: string])[]} */
const COLORS = [
  ['kind kind-agent', 'Agent'],
  ['kind kind-tool', 'Tool'],
  ['kind kind-model', 'Model'],
  ['kind is-warn', '< 5 % failing'],
  ['kind is-bad', '≥ 5 % failing'],
];

/** @type {readonly (readonly [keys: string, meaning: string])[]} */
const KEYS = [
  ['/', 'Search; Enter opens a request by its id, or the only matching name'],
  ['← →', 'In a plot: move the crosshair'],
  ['Shift ← →', 'In a plot: choose a range'],
  ['Enter', 'In a plot: show the requests of that moment'],
  ['Esc', 'Close the details or the request'],
  ['?', 'This help'],
];

/** The meaning of words, colours and keys. */
export function help() {
  return html`<div popover id="help" class="popover" role="dialog" aria-labelledby="help-title" autofocus>
    <div class="popover-head">
      <h2 id="help-title" tabindex="-1">How to read this page</h2>
      <button type="button" popovertarget="help" popovertargetaction="hide" aria-label="Close">${CLOSE}</button>
    </div>
    <dl>
      ${WORDS.map(
        ([term, meaning]) =>
          html`<dt>${term}</dt>
            <dd>${meaning}</dd>`,
      )}
    </dl>
    <h3>Colours</h3>
    <ul class="legend">
      ${COLORS.map(([look, meaning]) => html`<li><span class=${look}></span>${meaning}</li>`)}
    </ul>
    <h3>Keys</h3>
    <dl>
      ${KEYS.map(
        ([keys, meaning]) =>
          html`<dt><kbd>${keys}</kbd></dt>
            <dd>${meaning}</dd>`,
      )}
    </dl>
  </div>`;
}

const CLOSE = html`<svg class="sign" viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8"></path></svg>`;

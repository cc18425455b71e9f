import { html, nothing } from '../libraries/lit-html.js';

/** The last copy. A `text` remains to be copied by hand: browsers let a page copy only over HTTPS and on localhost. */
const last = { what: '', text: '' };

/**
 * A button that copies a text.
 *
 * @param {string} what the name of the text
 * @param {unknown} label
 * @param {() => string} textOf
 * @param {() => void} update
 */
export function copyButton(what, label, textOf, update) {
  const copy = async () => {
    const text = textOf();
    const isDone = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    Object.assign(last, { what, text: isDone === true ? '' : text });
    update();
  };
  const isCopied = last.what === what && last.text === '';
  return html`<button type="button" class="copy" @click=${copy}>${isCopied ? 'Copied' : label}</button
    ><span class="unseen" role="status">${isCopied ? `Copied ${what}.` : ''}</span>`;
}

/** The text to be copied by hand, if the browser does not let the page copy. @param {() => void} update */
export function copyByHand(update) {
  if (last.text === '') return nothing;
  const select = (/** @type {Event} */ event) => /** @type {HTMLTextAreaElement} */ (event.target).select();
  const close = () => {
    forgetCopy();
    update();
  };
  return html`<div class="by-hand">
    <label for="copy-text">Copy it from here: this browser lets pages copy only over HTTPS.</label>
    <textarea id="copy-text" rows="6" readonly .value=${last.text} @focus=${select}></textarea>
    <button type="button" @click=${close}>Done</button>
  </div>`;
}

/** Forgets the last copy: another request is open. */
export function forgetCopy() {
  Object.assign(last, { what: '', text: '' });
}

import { render } from '../libraries/lit-html.js';

/** After this much work the rest waits for the next frame: layout and painting need a part of this one. */
const BUSY_MS = 4;

/** In the order in which they were set. @type {Set<ViewFrame>} */
const due = new Set();

/** `<view-frame>`: a part of the page that is drawn with one of the next frames, so that no frame has to draw all. */
class ViewFrame extends HTMLElement {
  /** @type {() => unknown} */
  template = () => '';

  /** The function that makes its template, called when it is drawn. @param {() => unknown} view */
  set view(view) {
    this.template = view;
    if (due.size === 0) requestAnimationFrame(drawDue);
    due.add(this);
  }

  draw() {
    if (this.isConnected) render(this.template(), this);
  }
}

function drawDue() {
  const began = performance.now();
  try {
    for (const frame of due) {
      due.delete(frame);
      frame.draw();
      if (performance.now() - began > BUSY_MS) break;
    }
  } finally {
    if (due.size > 0) requestAnimationFrame(drawDue);
  }
}

customElements.define('view-frame', ViewFrame);

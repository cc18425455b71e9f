import { render } from '../libraries/lit-html.js';

const STEP = 1.25;
const SMALLEST = 0.3;
const LARGEST = 2.5;
/** Smaller than this it is not readable: the map scrolls instead, until `fit`. */
const READABLE = 0.85;
/** The greatest height of the frame. */
const HIGHEST = 640;

/** @typedef {{ width: number, height: number, content: unknown }} Drawing */

/**
 * `<map-frame>`: a drawing that is made for the available width, and can be zoomed and scrolled. An observer reports the
 * width, so that no animation frame has to measure it.
 */
class MapFrame extends HTMLElement {
  width = 0;
  /** The scale that the user has set; `all` shows the whole map. @type {number | 'all' | undefined} */
  chosen;
  /** @type {((width: number) => Drawing) | undefined} */
  draw;
  /** @type {Drawing | undefined} */
  drawing;
  resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === this.width) return;
    this.width = width;
    this.update();
  });

  connectedCallback() {
    this.resized.observe(this);
    this.addEventListener('wheel', this.onWheel, { passive: false });
    this.addEventListener('keydown', this.onKey);
  }

  disconnectedCallback() {
    this.resized.disconnect();
  }

  /** The function that makes the drawing for a width. @param {(width: number) => Drawing} draw */
  set view(draw) {
    this.draw = draw;
    this.update();
  }

  update() {
    if (this.draw === undefined || this.width === 0) return;
    this.drawing = this.draw(this.width);
    render(this.drawing.content, this);
    this.scale();
  }

  scale() {
    const { width = 1, height = 1 } = this.drawing ?? {};
    const factor = this.factor;
    const { style } = this;
    style.setProperty('--scale', String(factor));
    style.setProperty('--map-width', `${Math.round(width * factor)}px`);
    style.setProperty('--map-height', `${Math.round(height * factor)}px`);
  }

  /** The scale of the drawing. */
  get factor() {
    const { width = 1, height = 1 } = this.drawing ?? {};
    const all = Math.min(1, this.width / width, HIGHEST / height);
    if (this.chosen === 'all') return all;
    return this.chosen ?? Math.max(all, READABLE);
  }

  /** The whole map. */
  fit() {
    this.chosen = 'all';
    this.scale();
  }

  /** @param {1 | -1} direction */
  zoom(direction) {
    const factor = this.factor * STEP ** direction;
    this.chosen = Math.min(LARGEST, Math.max(SMALLEST, factor));
    this.scale();
  }

  /** Zooms only with Ctrl, like the browser: the wheel alone scrolls. @param {WheelEvent} event */
  onWheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1 : -1);
  }

  /** @param {KeyboardEvent} event */
  onKey({ key, ctrlKey, metaKey }) {
    if (ctrlKey || metaKey) return;
    if (key === '+' || key === '=') this.zoom(1);
    if (key === '-') this.zoom(-1);
    if (key === '0') this.fit();
  }
}

customElements.define('map-frame', MapFrame);

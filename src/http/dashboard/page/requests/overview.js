import { html, svg } from '../libraries/lit-html.js';
import { place } from './waterfall-place.js';
import { moveRange, overviewPaths, placeOf } from './time-scale.js';

/** @import { OpenedRequest } from './opened.js' */
/** @import { Range } from './time-scale.js' */

/** The zoom of a click while the whole request is shown. */
const NEAR = 0.25;
const ZOOM = 0.5;
/** The share of the visible range by which a button moves it: the other half stays in sight. */
const ASIDE = 0.5;
/** A shorter movement is a click. */
const DRAG_SHARE = 0.01;

/** The whole request, with a mark on the part that the waterfall shows. @param {OpenedRequest} opened @param {() => void} update */
export function overview({ steps, time }, update) {
  const range = place.range ?? time;
  const show = (/** @type {Range | undefined} */ next) => {
    place.range = next;
    update();
  };
  const move = (/** @type {{ centreMs?: number, zoom?: number }} */ change) => () =>
    show(moveRange(range, time, change));
  const [from, to] = range;
  const aside = (to - from) * ASIDE;
  const isWhole = place.range === undefined || (from === time[0] && to === time[1]);
  return html`<div class="overview">
    <svg
      class="overview-map"
      viewBox="0 0 1000 ${steps.length}"
      preserveAspectRatio="none"
      aria-hidden="true"
      @pointerdown=${(/** @type {PointerEvent} */ event) => drag(event, range, time, show)}
    >
      ${[...overviewPaths(steps, time)].map(([look, path]) => svg`<path class="line-${look}" d=${path}></path>`)}
      ${shade(time[0], from, time)} ${shade(to, time[1], time)}
    </svg>
    <div class="overview-buttons" role="group" aria-label="Part of the request">
      <button
        type="button"
        aria-label="Earlier"
        title="Earlier"
        ?disabled=${from <= time[0]}
        @click=${move({ centreMs: (from + to) / 2 - aside })}
      >
        ‹
      </button>
      <button
        type="button"
        aria-label="Later"
        title="Later"
        ?disabled=${to >= time[1]}
        @click=${move({ centreMs: (from + to) / 2 + aside })}
      >
        ›
      </button>
      <button
        type="button"
        aria-label="Zoom out"
        title="Zoom out"
        ?disabled=${isWhole}
        @click=${move({ zoom: 1 / ZOOM })}
      >
        −
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in" @click=${move({ zoom: ZOOM })}>+</button>
      <button type="button" ?disabled=${isWhole} @click=${() => show(undefined)}>Whole request</button>
    </div>
  </div>`;
}

/** A part that the waterfall does not show. @param {number} fromMs @param {number} toMs @param {Range} time */
function shade(fromMs, toMs, time) {
  const { left, width } = placeOf(fromMs, toMs, time) ?? { left: 0, width: 0 };
  return svg`<rect class="overview-shade" x=${left * 10} width=${Math.max(width * 10, 0)} height="100%"></rect>`;
}

/** A drag in the marked part moves it; a drag elsewhere marks another part. A click moves the mark there. @param {PointerEvent} event @param {Range} range @param {Range} time @param {(range: Range) => void} show */
function drag(event, range, time, show) {
  const map = /** @type {SVGElement} */ (event.currentTarget);
  const { left, width } = map.getBoundingClientRect();
  const length = time[1] - time[0];
  const timeAt = (/** @type {PointerEvent} */ { clientX }) =>
    time[0] + Math.min(1, Math.max(0, (clientX - left) / width)) * length;
  const began = timeAt(event);
  const isWhole = range[1] - range[0] >= length;
  const isInside = !isWhole && began >= range[0] && began <= range[1];
  let isDrag = false;
  const onMove = (/** @type {PointerEvent} */ moved) => {
    const now = timeAt(moved);
    isDrag ||= Math.abs(now - began) > length * DRAG_SHARE;
    if (isDrag && isInside) show(moveRange(range, time, { centreMs: (range[0] + range[1]) / 2 + now - began }));
    else if (isDrag) show([Math.min(began, now), Math.max(began, now)]);
  };
  const over = new AbortController();
  const onUp = () => {
    over.abort();
    if (!isDrag) show(moveRange(range, time, { centreMs: began, zoom: isWhole ? NEAR : 1 }));
  };
  map.setPointerCapture(event.pointerId);
  const { signal } = over;
  map.addEventListener('pointermove', onMove, { signal });
  map.addEventListener('pointerup', onUp, { signal });
  // The finger has scrolled the page instead.
  map.addEventListener('pointercancel', () => over.abort(), { signal });
}

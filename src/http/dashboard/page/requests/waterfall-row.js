import { html, nothing, svg } from '../libraries/lit-html.js';
import { secondsOf } from '../data/executions.js';
import { formatCount, formatSeconds, plural } from '../parts/format.js';
import { secondsFigure } from '../parts/figures.js';
import { kindMark, nameText, statusMark } from '../parts/names.js';
import { notableGap } from './own-time.js';
import { stepDetails } from './step-details.js';
import { lookOf, placeOf } from './time-scale.js';

/** @import { ViewState } from '../data/view-state.js' */
/** @import { Item, Row } from './folding.js' */
/** @import { Step } from './request-tree.js' */
/** @import { Range } from './time-scale.js' */

/**
 * @typedef {object} WaterfallLook the common look of all rows
 * @property {Range} range
 * @property {readonly number[]} ticks
 * @property {ReadonlySet<string>} path ids of the steps on the critical path
 * @property {ViewState} view
 * @property {string} current the key of the row that the keyboard has reached
 */

const DEEPEST = 8;
/** A narrower gap has no room for its label. */
const LABELLED_PERCENT = 14;

/** @param {Row} row @param {WaterfallLook} look */
export function waterfallRow({ item, level, position, siblings, isOpen }, look) {
  const { key, items, first } = item;
  const isSelected = item.look === 'step' && look.view.step === key;
  const text = remarksOf(item);
  return html`<div
    role="treeitem"
    class="step ${isSelected ? 'is-selected' : ''}"
    data-key=${key}
    tabindex=${look.current === key ? 0 : -1}
    aria-level=${level}
    aria-posinset=${position}
    aria-setsize=${siblings}
    aria-expanded=${items.length > 0 ? isOpen : nothing}
    aria-selected=${isSelected}
  >
    <div class="step-line">
      <span class="step-name" .style=${`--depth: ${Math.min(level - 1, DEEPEST)}`}
        ><span class="twist ${items.length > 0 ? '' : 'is-leaf'} ${isOpen ? 'is-open' : ''}" aria-hidden="true"></span
        >${nameOfItem(item)}</span
      >
      <svg class="step-bar" aria-hidden="true">
        ${look.ticks.map((ms) => tick(ms, look.range))}
        ${item.steps.map((step) => stepBar(step, look, item.look === 'step'))}
        ${item.look === 'step' ? gapOf(first, look) : aroundBars(item.steps, look)}
      </svg>
      <span class="number"
        ><span class="unseen">${unseenOf(item, look)} </span>${statusMark(statusOf(item))}
        <span class="step-took">${secondsFigure(secondsOfItem(item))}</span></span
      >
      <bdi class="remarks ${item.look === 'step' && first.hasFailed ? 'is-bad' : ''}" title=${text}>${text}</bdi>
    </div>
    ${isSelected ? stepDetails(first, look.view) : nothing}
  </div>`;
}

/** @param {Item} item */
function nameOfItem({ look, first, steps }) {
  if (look === 'short') return html`<span class="fold">${plural(steps.length, 'short step')}</span>`;
  return html`${kindMark(first.kind)}${nameText(first.name)}${look === 'repeated' ? timesOf(steps) : nothing}`;
}

/** @param {readonly Step[]} steps */
function timesOf(steps) {
  const failed = steps.filter(({ hasFailed }) => hasFailed).length;
  return html`<span class="times"
    >×${formatCount(steps.length)}${failed === 0 ? nothing : html`, <span class="failed">${formatCount(failed)} failed</span>`}</span
  >`;
}

/** @param {Item} item */
function statusOf({ first, steps }) {
  return (steps.find(({ hasFailed }) => hasFailed) ?? steps.find(({ status }) => status === 'running') ?? first).status;
}

/** The sum of the durations of an item's steps, even if they ran at the same time. @param {Item} item */
function secondsOfItem({ steps }) {
  return steps.reduce((sum, { execution }) => sum + secondsOf(execution), 0);
}

/** @param {Item} item */
function remarksOf({ look, first }) {
  const { execution, kind } = first;
  if (look !== 'step') return '';
  if (!('status' in execution)) return 'running';
  const { error, error_type, retries, time_to_first_chunk_seconds: firstChunk, status } = execution;
  return [
    first.hasFailed ? `${error_type ?? status}${error ? `: ${error}` : ''}` : status === 'cancelled' ? 'cancelled' : '',
    retries > 0 ? plural(retries, 'retry', 'retries') : '',
    firstChunk === null ? '' : `first ${kind === 'model' ? 'token' : 'chunk'} ${formatSeconds(firstChunk)}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** The facts that only the bars show, for screen readers. @param {Item} item @param {WaterfallLook} look */
function unseenOf({ look, first, steps }, { path }) {
  const gap = look === 'step' ? notableGap(first) : undefined;
  const isCritical = steps.some(({ id }) => path.has(id));
  return `${gap === undefined ? '' : `${ownTimeText(gap)}, `}${isCritical ? 'on the critical path' : ''}`;
}

/** @param {{ fromMs: number, toMs: number }} gap */
function ownTimeText({ fromMs, toMs }) {
  return `own time ${formatSeconds((toMs - fromMs) / 1_000)}`;
}

/** @param {number} ms @param {Range} range */
function tick(ms, range) {
  const x = `${placeOf(ms, ms, range)?.left ?? 0}%`;
  return svg`<line class="tick" x1=${x} x2=${x} y2="100%"></line>`;
}

/** @param {Step} step @param {WaterfallLook} look @param {boolean} isAlone in its row */
function stepBar(step, { range, path }, isAlone) {
  const place = placeOf(step.startMs, step.endMs, range);
  if (place === undefined) return nothing;
  const classes = ['bar', `bar-${lookOf(step)}`, isAlone && path.has(step.id) ? 'is-critical' : ''];
  // A step shorter than a pixel is visible, too.
  const width = `width: max(2px, ${place.width.toFixed(2)}%)`;
  return svg`<rect class=${classes.join(' ')} x="${place.left.toFixed(2)}%" y="27%" height="46%" rx="1.5" .style=${width}></rect>
    ${step.status === 'running' ? ahead(step, range) : nothing} ${firstTokenTick(step, range)}`;
}

/** One frame around the steps of a fold that are on the critical path. @param {readonly Step[]} steps @param {WaterfallLook} look */
function aroundBars(steps, { range, path }) {
  const critical = steps.filter(({ id }) => path.has(id));
  const from = Math.min(...critical.map(({ startMs }) => startMs));
  const to = Math.max(...critical.map(({ endMs }) => endMs));
  const place = critical.length === 0 ? undefined : placeOf(from, to, range);
  if (place === undefined) return nothing;
  const width = `width: max(2px, ${place.width.toFixed(2)}%)`;
  return svg`<rect class="around-bars" x="${place.left.toFixed(2)}%" y="27%" height="46%" rx="1.5" .style=${width}></rect>`;
}

/** The open end of a running step. @param {Step} step @param {Range} range */
function ahead({ kind, endMs }, range) {
  const place = placeOf(endMs, range[1], range);
  if (place === undefined) return nothing;
  return svg`<rect class="bar bar-${kind} bar-ahead" x="${place.left.toFixed(2)}%" width="${place.width.toFixed(2)}%" y="27%" height="46%"></rect>`;
}

/** @param {Step} step @param {Range} range */
function firstTokenTick({ execution, startMs, endMs }, range) {
  const seconds = 'status' in execution ? execution.time_to_first_chunk_seconds : null;
  const place = seconds === null ? undefined : placeOf(startMs + seconds * 1_000, startMs + seconds * 1_000, range);
  if (place === undefined || endMs === startMs) return nothing;
  const x = `${place.left.toFixed(2)}%`;
  return svg`<line class="first-token" x1=${x} x2=${x} y1="27%" y2="73%"></line>`;
}

/** The longest of a step's own times, if there is room for its label. @param {Step} step @param {WaterfallLook} look */
function gapOf(step, { range }) {
  const gap = notableGap(step);
  const place = gap && placeOf(gap.fromMs, gap.toMs, range);
  if (gap === undefined || place === undefined || place.width < LABELLED_PERCENT) return nothing;
  return svg`<rect class="gap" x="${place.left.toFixed(2)}%" width="${place.width.toFixed(2)}%" y="15%" height="70%"></rect>
    <text class="gap-label" x="${(place.left + place.width / 2).toFixed(2)}%" y="50%">${ownTimeText(gap)}</text>`;
}

import uPlot from '../libraries/uplot.js';

/** @import { TimePlot } from './time-plot.js' */

/** The key by which all plots of the page share a crosshair. */
export const SYNC_KEY = 'time';
/** A shorter movement is a click, not a drag: hands tremble. */
const TREMBLE_PX = 5;
const STEPS = new Map([
  ['ArrowLeft', -1],
  ['ArrowRight', 1],
  ['PageUp', -10],
  ['PageDown', 10],
  ['Home', -Infinity],
  ['End', Infinity],
]);

/**
 * @typedef {{ index: number, value: number | undefined }} TimePick a slot, and the value that was pointed at
 * @typedef {readonly [from: number, to: number]} TimeSpan milliseconds
 */

/** Chooses slots of a plot. A click or Enter chooses one, a drag or Shift with arrows several. */
export class PlotPointer {
  /** The beginning of a drag, in pixels. @type {number | undefined} */
  draggedFrom;
  /** The time of the keyboard's slot, whose index changes as slots move on. @type {number | undefined} */
  keyTime;
  /** The slot from which the keyboard selects. @type {number | undefined} */
  anchor;

  /** @param {TimePlot} element */
  constructor(element) {
    this.element = element;
    element.tabIndex = 0;
    element.ariaValueMin = '0';
    element.addEventListener('keydown', (event) => this.onKey(event));
    element.addEventListener('keyup', ({ key }) => key === 'Shift' && this.select());
    element.addEventListener('blur', () => this.leave());
    // The keyboard starts at the present.
    element.addEventListener('focus', () => element.matches(':focus-visible') && this.moveTo(this.lastIndex));
  }

  get times() {
    return this.element.current?.times ?? [];
  }

  get slotMs() {
    return this.element.current?.slotMs ?? 0;
  }

  get lastIndex() {
    return this.times.length - 1;
  }

  get keyIndex() {
    return this.keyTime === undefined ? this.lastIndex : this.indexOf(this.keyTime);
  }

  /** @param {HTMLElement} over the layer over the plot, inside its axes */
  watch(over) {
    over.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      this.draggedFrom = event.offsetX;
      over.setPointerCapture(event.pointerId);
    });
    over.addEventListener('pointermove', ({ offsetX }) => {
      if (this.draggedFrom !== undefined) this.drag(offsetX);
    });
    over.addEventListener('pointerup', (event) => this.drop(event));
    over.addEventListener('pointercancel', () => this.giveUp());
  }

  /** @param {number} x pixels */
  drag(x) {
    const from = this.draggedFrom ?? x;
    this.element.chart?.setCursor({ left: x, top: 0 });
    if (Math.abs(x - from) > TREMBLE_PX) this.show(Math.min(x, from), Math.max(x, from));
  }

  /** @param {PointerEvent} event */
  drop({ offsetX, offsetY }) {
    const from = this.draggedFrom;
    const { chart } = this.element;
    this.giveUp();
    if (from === undefined || chart === undefined) return;
    if (Math.abs(offsetX - from) > TREMBLE_PX)
      return this.tellSpan(this.indexAt(Math.min(from, offsetX)), this.indexAt(Math.max(from, offsetX)));
    this.tellPick({ index: this.indexAt(offsetX), value: chart.posToVal(offsetY, 'y') });
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = STEPS.get(event.key);
    if (step !== undefined) this.step(step, event.shiftKey);
    else if (event.key === 'Enter') this.confirm();
    else if (event.key === 'Escape' && this.anchor !== undefined) this.giveUp();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} by @param {boolean} selects */
  step(by, selects) {
    if (!selects) this.giveUp();
    else this.anchor ??= this.keyIndex;
    this.moveTo(this.keyIndex + by);
    if (this.anchor !== undefined) this.showSlots(...this.selection);
  }

  confirm() {
    if (this.anchor !== undefined) this.select();
    else this.tellPick({ index: this.keyIndex, value: undefined });
  }

  /** @returns {[first: number, last: number]} */
  get selection() {
    const anchor = this.anchor ?? this.keyIndex;
    return [Math.min(anchor, this.keyIndex), Math.max(anchor, this.keyIndex)];
  }

  /** Confirms the keyboard's selection. */
  select() {
    if (this.anchor === undefined) return;
    const selection = this.selection;
    this.giveUp();
    this.tellSpan(...selection);
  }

  /** @param {number} index */
  moveTo(index) {
    this.keyTime = this.times[Math.min(Math.max(index, 0), this.lastIndex)];
    this.follow();
  }

  /** Moves the crosshair to the keyboard's slot, which moves with new data. */
  follow() {
    const { chart, readout } = this.element;
    if (this.keyTime === undefined || chart === undefined) return this.tell(undefined, readout.textContent);
    const second = (this.keyTime + this.slotMs / 2) / 1_000;
    for (const each of uPlot.sync(SYNC_KEY).plots) each.setCursor({ left: each.valToPos(second, 'x'), top: 0 });
  }

  leave() {
    this.giveUp();
    this.keyTime = undefined;
    for (const each of uPlot.sync(SYNC_KEY).plots) each.setCursor({ left: -10, top: -10 });
  }

  giveUp() {
    this.anchor = undefined;
    this.draggedFrom = undefined;
    this.show(0, 0);
  }

  /** @param {number} first @param {number} last */
  showSlots(first, last) {
    const { chart } = this.element;
    const [from = 0, to = 0] = [this.times[first], this.times[last]];
    if (chart) this.show(chart.valToPos(from / 1_000, 'x'), chart.valToPos((to + this.slotMs) / 1_000, 'x'));
  }

  /** Marks the range that is about to be chosen. @param {number} from pixels @param {number} to */
  show(from, to) {
    const { chart } = this.element;
    chart?.setSelect({ left: from, width: to - from, top: 0, height: chart.over.clientHeight }, false);
  }

  /** @param {number} x pixels */
  indexAt(x) {
    return this.indexOf((this.element.chart?.posToVal(x, 'x') ?? 0) * 1_000);
  }

  /** The slot of a time. @param {number} time */
  indexOf(time) {
    const index = Math.floor((time - (this.times[0] ?? 0)) / this.slotMs);
    return Math.min(Math.max(index, 0), this.lastIndex);
  }

  /** Updates the value for screen readers. @param {number | undefined} index @param {string} text */
  tell(index, text) {
    const { element } = this;
    element.ariaValueMax = String(this.lastIndex);
    element.ariaValueNow = String(index ?? this.lastIndex);
    const at = index ?? this.lastIndex;
    const said = text || element.textOf(at) || `${element.timeText(this.times[at] ?? 0)}  nothing`;
    element.ariaValueText = said + this.selectionText();
  }

  selectionText() {
    if (this.anchor === undefined) return '';
    const [first, last] = this.selection;
    return `, ${last - first + 1} selected`;
  }

  /** @param {TimePick} pick */
  tellPick(pick) {
    this.element.dispatchEvent(new CustomEvent('timepick', { detail: pick }));
  }

  /** @param {number} first @param {number} last */
  tellSpan(first, last) {
    /** @type {TimeSpan} */
    const span = [this.times[first] ?? 0, (this.times[last] ?? 0) + this.slotMs];
    this.element.dispatchEvent(new CustomEvent('timespan', { detail: span }));
  }
}

import uPlot from '../libraries/uplot.js';
import { formatTime } from './format.js';
import { PlotPointer, SYNC_KEY } from './plot-pointer.js';

/**
 * @typedef {object} Plot
 * @property {readonly number[]} times milliseconds, ascending; the beginnings of slots if `slotMs` is given
 * @property {number} [slotMs] the length of a slot: points are then in the middle of their slots, and slots can be chosen
 * @property {readonly PlotSeries[]} series
 * @property {(value: number) => string} format
 * @property {readonly [from: number, to: number]} range of time, in milliseconds
 * @property {number} [max] the least upper end of the scale
 * @property {readonly number[]} [marks] moments to be marked, in milliseconds
 * @property {(time: number) => string} [formatTime] default: the time of day
 * @property {readonly [from: number, to: number]} [band] a part of the time that is chosen, in milliseconds
 * @property {(index: number) => string} [tell] the text of a moment; default: its values
 *
 * @typedef {object} PlotSeries
 * @property {readonly (number | null)[]} values
 * @property {string} color the name of a custom property
 * @property {'line' | 'thin' | 'bars'} look `thin`: one line of several
 * @property {string} [label] the name before its value at the cursor
 * @property {readonly (number | null)[]} [told] the values as text; default: the drawn ones, which may be stacked
 */

const AXIS_HEIGHT = 22;
const AXIS_WIDTH = 52;
/** More values than these get a line each. */
const FEW_VALUES = 2;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The possible distances of grid lines, in seconds. */
const INCREMENTS = [
  ...[1, 5, 10, 20, 30],
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 7, 14].map((days) => days * DAY),
];

/**
 * `<time-plot>`: a plot of time with a cursor, which all plots on the page share. With the attribute `axes` it has axes. Its
 * size is that of the element. With the role `slider`, its slots can be chosen by mouse, finger and keyboard: it sends the
 * event `timepick` for one slot, and `timespan` for several.
 */
export class TimePlot extends HTMLElement {
  /** @type {uPlot | undefined} */
  chart;
  /** @type {Plot | undefined} */
  current;
  /** @type {PlotPointer | undefined} */
  pointer;
  readout = document.createElement('span');
  resized = new ResizeObserver(() => this.chart?.setSize(this.size));

  connectedCallback() {
    this.readout.className = 'readout';
    // The slider tells the same text. Without a slider it is for the pointer only.
    this.readout.ariaHidden = 'true';
    this.resized.observe(this);
    if (this.role === 'slider') this.pointer ??= new PlotPointer(this);
    if (this.current) this.plot = this.current;
  }

  disconnectedCallback() {
    this.resized.disconnect();
    this.chart?.destroy();
    this.chart = undefined;
  }

  /** @param {Plot} plot */
  set plot(plot) {
    const isSame = this.current !== undefined && looksOf(this.current) === looksOf(plot);
    this.current = plot;
    if (!this.isConnected) return;
    if (!isSame) this.chart?.destroy();
    if (!isSame || this.chart === undefined) this.chart = this.create(plot);
    this.chart.setData(dataOf(plot), true);
    this.pointer?.follow();
  }

  get size() {
    return { width: Math.max(this.clientWidth, 40), height: Math.max(this.clientHeight, 20) };
  }

  /** @param {Plot} plot */
  create(plot) {
    const hasAxes = this.hasAttribute('axes');
    const chart = new uPlot(
      {
        ...this.size,
        padding: hasAxes ? [8, 18, 0, 0] : [4, 0, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: false, setScale: false }, sync: { key: SYNC_KEY } },
        scales: { x: { range: () => this.timeRange() }, y: { range: (_, __, max) => [0, this.upperEnd(max)] } },
        axes: hasAxes ? [this.timeAxis(), this.valueAxis()] : [{ show: false }, { show: false }],
        series: [{}, ...plot.series.map((series) => this.seriesOf(series))],
        hooks: {
          setCursor: [(self) => this.tell(self.cursor.idx)],
          drawClear: [(self) => this.drawBand(self)],
          draw: [(self) => this.drawMarks(self)],
        },
      },
      dataOf(plot),
      this,
    );
    this.append(this.readout);
    this.pointer?.watch(chart.over);
    return chart;
  }

  /** @returns {[number, number]} seconds */
  timeRange() {
    const [from, to] = this.current?.range ?? [0, 1];
    return [from / 1_000, to / 1_000];
  }

  /** @param {number | null} max */
  upperEnd(max) {
    return Math.max((max ?? 0) * 1.08, this.current?.max ?? 0) || 1;
  }

  /** @param {PlotSeries} series @returns {uPlot.Series} */
  seriesOf({ color, look }) {
    const paths =
      look === 'bars' ? uPlot.paths.bars?.({ size: [0.72, 40], align: this.current?.slotMs ? 0 : 1 }) : undefined;
    const stroke = () => this.colorOf(color);
    return {
      stroke,
      fill: look === 'thin' ? undefined : look === 'bars' ? stroke : () => this.colorOf(`${color}-soft`),
      width: look === 'bars' ? 0 : 1.5,
      paths,
      points: look === 'bars' ? { show: false } : { size: 4, stroke, fill: stroke },
      spanGaps: false,
    };
  }

  /** @returns {uPlot.Axis} */
  timeAxis() {
    return {
      ...this.axisLook(),
      size: AXIS_HEIGHT,
      space: 64,
      incrs: INCREMENTS,
      values: (_, seconds, __, ___, increment) =>
        seconds.map((second) => {
          const text = this.timeText(second * 1_000);
          // Whole minutes need no seconds, which would all be zero.
          return increment % MINUTE === 0 ? text.replace(/^(\d\d:\d\d):00$/, '$1') : text;
        }),
    };
  }

  /** @returns {uPlot.Axis} */
  valueAxis() {
    return {
      ...this.axisLook(),
      size: AXIS_WIDTH,
      values: (_, values) => values.map((value) => this.current?.format(value) ?? ''),
    };
  }

  /** @returns {uPlot.Axis} */
  axisLook() {
    return {
      stroke: () => this.colorOf('--text-soft'),
      font: '11px system-ui, sans-serif',
      grid: { stroke: () => this.colorOf('--line'), width: 1 },
      ticks: { show: false },
      gap: 4,
    };
  }

  /** @param {number} time */
  timeText(time) {
    return (this.current?.formatTime ?? formatTime)(time);
  }

  /** @param {uPlot} chart */
  drawBand(chart) {
    const { band } = this.current ?? {};
    if (band === undefined) return;
    const { ctx, bbox } = chart;
    const [from, to] = band.map((time) => {
      const x = chart.valToPos(time / 1_000, 'x', true);
      return Math.min(Math.max(x, bbox.left), bbox.left + bbox.width);
    });
    ctx.save();
    ctx.fillStyle = this.colorOf('--accent-soft');
    ctx.fillRect(from ?? 0, bbox.top, (to ?? 0) - (from ?? 0), bbox.height);
    ctx.restore();
  }

  /** @param {uPlot} chart */
  drawMarks(chart) {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = this.colorOf('--warn');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    for (const mark of this.current?.marks ?? []) {
      const x = Math.round(chart.valToPos(mark / 1_000, 'x', true));
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
    }
    ctx.stroke();
    ctx.restore();
  }

  /** A canvas cannot read custom properties, which follow light and dark. @param {string} name */
  colorOf(name) {
    const scheme = `${document.documentElement.dataset.theme} ${darkness.matches}`;
    const key = `${name} ${scheme}`;
    const color = colors.get(key) ?? this.readColor(name);
    colors.set(key, color);
    return color;
  }

  /** @param {string} name */
  readColor(name) {
    this.readout.style.color = `var(${name})`;
    const { color } = getComputedStyle(this.readout);
    this.readout.style.color = '';
    return color;
  }

  /** @param {number | null | undefined} index */
  tell(index) {
    const text = index == null ? '' : this.textOf(index);
    this.readout.textContent = text;
    // On the side away from the pointer.
    this.readout.classList.toggle('is-left', index != null && index > (this.current?.times.length ?? 0) / 2);
    this.pointer?.tell(index ?? undefined, text);
  }

  /** @param {number} index */
  textOf(index) {
    const { times, series, format, tell } = /** @type {Plot} */ (this.current);
    const time = times[index];
    if (time === undefined) return '';
    const values = series.flatMap(({ values, told = values, label }) => {
      const value = told[index];
      return value == null ? [] : [`${label === undefined ? '' : `${label} `}${format(value)}`];
    });
    const isList = values.length > FEW_VALUES;
    const text = tell === undefined ? values.join(isList ? '\n' : ' · ') : tell(index);
    return text === '' ? '' : `${this.timeText(time)}${isList ? '\n' : '  '}${text}`;
  }
}

const darkness = matchMedia('(prefers-color-scheme: dark)');
/** By name and scheme: reading a style makes the browser compute all styles. @type {Map<string, string>} */
const colors = new Map();

/** The looks of the series. A chart with other looks is created anew. @param {Plot} plot */
function looksOf({ series }) {
  return series.map(({ color, look }) => `${look} ${color}`).join();
}

/** @param {Plot} plot @returns {uPlot.AlignedData} */
function dataOf({ times, series, slotMs = 0 }) {
  return [times.map((time) => (time + slotMs / 2) / 1_000), ...series.map(({ values }) => [...values])];
}

customElements.define('time-plot', TimePlot);

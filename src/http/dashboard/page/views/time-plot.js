import uPlot from '../libraries/uplot.js';
import { formatTime } from '../format.js';

/**
 * @typedef {object} Plot
 * @property {readonly number[]} times milliseconds, ascending
 * @property {readonly PlotSeries[]} series
 * @property {(value: number) => string} format
 * @property {readonly [from: number, to: number]} range of time, in milliseconds
 * @property {number} [max] the least upper end of the scale
 *
 * @typedef {object} PlotSeries
 * @property {readonly (number | null)[]} values
 * @property {string} color the name of a custom property
 * @property {'line' | 'bars'} look
 */

const AXIS_HEIGHT = 22;
const AXIS_WIDTH = 52;

/**
 * `<time-plot>`: a plot of time with a cursor, which all plots on the page share. With the attribute `axes` it has axes. Its
 * size is that of the element.
 */
class TimePlot extends HTMLElement {
  /** @type {uPlot | undefined} */
  chart;
  /** @type {Plot | undefined} */
  current;
  readout = document.createElement('span');
  resized = new ResizeObserver(() => this.chart?.setSize(this.size));

  connectedCallback() {
    this.readout.className = 'readout';
    this.resized.observe(this);
    if (this.current) this.plot = this.current;
  }

  disconnectedCallback() {
    this.resized.disconnect();
    this.chart?.destroy();
    this.chart = undefined;
  }

  /** @param {Plot} plot */
  set plot(plot) {
    const isSame = this.current?.series.length === plot.series.length;
    this.current = plot;
    if (!this.isConnected) return;
    if (!isSame) this.chart?.destroy();
    if (!isSame || this.chart === undefined) this.chart = this.create(plot);
    this.chart.setData(dataOf(plot), true);
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
        padding: hasAxes ? [8, 8, 0, 0] : [4, 0, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { setScale: false }, sync: { key: 'time' } },
        scales: { x: { range: () => this.timeRange() }, y: { range: (_, __, max) => [0, this.upperEnd(max)] } },
        axes: hasAxes ? [this.timeAxis(), this.valueAxis()] : [{ show: false }, { show: false }],
        series: [{}, ...plot.series.map((series) => this.seriesOf(series))],
        hooks: { setCursor: [(self) => this.tell(self.cursor.idx)] },
      },
      dataOf(plot),
      this,
    );
    this.append(this.readout);
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
    const paths = look === 'bars' ? uPlot.paths.bars?.({ size: [0.72, 40], align: 1 }) : undefined;
    const stroke = () => this.colorOf(color);
    return {
      stroke,
      fill: look === 'bars' ? stroke : () => this.colorOf(`${color}-soft`),
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
      space: 80,
      values: (_, seconds) => seconds.map((second) => formatTime(second * 1_000)),
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

  /** A canvas knows no custom properties, and these follow light and dark. @param {string} name */
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
    const time = index == null ? undefined : this.current?.times[index];
    const { series = [], format = String } = this.current ?? {};
    const values = series.map(({ values }) => values[index ?? -1]).filter((value) => value != null);
    this.readout.textContent =
      time === undefined || values.length === 0 ? '' : `${formatTime(time)}  ${values.map(format).join(' · ')}`;
  }
}

const darkness = matchMedia('(prefers-color-scheme: dark)');
/** By name and scheme: asking for a style makes the browser work it all out. @type {Map<string, string>} */
const colors = new Map();

/** @param {Plot} plot @returns {uPlot.AlignedData} */
function dataOf({ times, series }) {
  return [times.map((time) => time / 1_000), ...series.map(({ values }) => [...values])];
}

customElements.define('time-plot', TimePlot);

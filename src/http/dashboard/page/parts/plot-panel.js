import { html, nothing } from '../libraries/lit-html.js';
import { formatTime as timeOfDay } from './format.js';
import './time-plot.js';

/** @import { Plot, PlotSeries } from './time-plot.js' */
/** @import { TimePick, TimeSpan } from './plot-pointer.js' */

/**
 * @typedef {PlotSeries & { label: string }} Line
 *
 * @typedef {object} PanelPlot
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {readonly Line[]} lines
 * @property {Omit<Plot, 'series'>} plot the plot without its lines
 * @property {unknown} empty the text if no line has a value
 * @property {unknown} [figures] of the whole time
 * @property {PlotChoice} [choice] if slots can be chosen
 *
 * @typedef {object} PlotChoice
 * @property {(span: TimeSpan) => void} onSpan
 * @property {(pick: TimePick) => void} onPick
 */

/** A plot with its title, unit, legend and a summary for screen readers. @param {PanelPlot} panel */
export function plotPanel({ id, title, unit, lines, plot, empty, figures = nothing, choice }) {
  const isEmpty = lines.every(({ values }) => values.every((value) => value === null));
  return html`<section class="panel plot" id=${id} aria-labelledby="${id}-title">
    <header>
      <h2 id="${id}-title">${title} <span class="scope">${unit}</span></h2>
      ${figures}
      <ul class="legend">
        ${lines.map(({ label, color }) => html`<li><span class="swatch swatch${color.slice(1)}"></span><bdi>${label}</bdi></li>`)}
      </ul>
    </header>
    ${
      isEmpty
        ? html`<div class="empty plot-space">${empty}</div>`
        : html`<p class="unseen" id="${id}-summary">${summaryOf(lines, plot)}</p>
            ${timePlot(id, { ...plot, series: lines }, choice)}`
    }
  </section>`;
}

/** @param {string} id @param {Plot} plot @param {PlotChoice | undefined} choice */
function timePlot(id, plot, choice) {
  const [title, summary] = [`${id}-title`, `${id}-summary`];
  if (choice === undefined)
    return html`<time-plot
      axes
      .plot=${plot}
      role="img"
      aria-labelledby=${title}
      aria-describedby=${summary}
    ></time-plot>`;
  const { onSpan, onPick } = choice;
  return html`<time-plot
    axes
    role="slider"
    .plot=${plot}
    aria-labelledby=${title}
    aria-describedby=${summary}
    @timespan=${(/** @type {CustomEvent<TimeSpan>} */ { detail }) => onSpan(detail)}
    @timepick=${(/** @type {CustomEvent<TimePick>} */ { detail }) => onPick(detail)}
  ></time-plot>`;
}

/** The highest and the last value of each line: a canvas has no text. @param {readonly Line[]} lines @param {Omit<Plot, 'series'>} plot */
function summaryOf(lines, { times, format, formatTime }) {
  return lines.flatMap(({ label, values, told = values }) => {
    const known = told.flatMap((value, at) => (value === null ? [] : [{ value, time: times[at] ?? 0 }]));
    const [first] = known;
    if (first === undefined) return [];
    const highest = known.reduce((most, each) => (each.value > most.value ? each : most), first);
    const last = known.at(-1) ?? first;
    const at = (/** @type {number} */ time) => (formatTime ?? timeOfDay)(time);
    return html`<bdi>${label}</bdi>: at most ${format(highest.value)} at ${at(highest.time)}, last
      ${format(last.value)}. `;
  });
}

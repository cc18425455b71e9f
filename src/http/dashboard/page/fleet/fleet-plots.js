import { formatCost, formatDay, formatMoment, formatRate, formatSeconds, formatTime } from '../parts/format.js';
import { plotPanel } from '../parts/plot-panel.js';

/** @import { FleetCourse, FleetReport } from '../data/documents' */
/** @import { Line } from '../parts/plot-panel.js' */
/** @import { Plot } from '../parts/time-plot.js' */

const STATUS_COLORS = { success: '--accent', error: '--bad', timeout: '--warn', cancelled: '--text-soft' };
const QUANTILES = [
  { name: '0.5', label: 'p50', color: '--series-3' },
  { name: '0.95', label: 'p95', color: '--series-1' },
  { name: '0.99', label: 'p99', color: '--series-2' },
];
const COLORS = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `--series-${number}`);
const HOUR_SECONDS = 3_600;

/** @typedef {{ id: string, title: string, unit: string, lines: Line[], format: Plot['format'] }} FleetPlot */

/** Four plots of the same range. @param {FleetReport} report */
export function fleetPlots(report) {
  const { requests, durations, tokens, cost } = report.courses;
  const perSecond = (/** @type {number} */ value) => `${formatRate(value)}/s`;
  const perHour = (/** @type {number} */ value) => formatCost(value * HOUR_SECONDS);
  /** @type {FleetPlot[]} */
  const plots = [
    {
      id: 'requests',
      title: 'Requests by outcome',
      unit: 'per second',
      lines: Object.entries(STATUS_COLORS).map(([name, color]) => lineOf(find(requests, name), name, color)),
      format: perSecond,
    },
    {
      id: 'durations',
      title: 'Duration of requests',
      unit: 'by quantile',
      lines: QUANTILES.map(({ name, label, color }) => lineOf(find(durations, name), label, color)),
      format: formatSeconds,
    },
    { id: 'tokens', title: 'Tokens by model', unit: 'per second', lines: tokens.map(lineByPlace), format: perSecond },
    { id: 'cost', title: 'Cost by agent', unit: 'per hour', lines: cost.map(lineByPlace), format: perHour },
  ];
  return plots.map(({ id, format, lines, ...rest }) => {
    const plot = plotOf(format, report);
    const known = lines.map((line) => ({ ...line, values: plot.times.map((_, at) => line.values[at] ?? null) }));
    const empty = `No values in the last ${report.range}.`;
    return plotPanel({ id: `fleet-plot-${id}`, lines: known, plot, empty, ...rest });
  });
}

/** @param {readonly FleetCourse[]} courses @param {string} name */
function find(courses, name) {
  return courses.find((course) => course.name === name);
}

/** @param {FleetCourse} course @param {number} place @returns {Line} */
function lineByPlace(course, place) {
  const label = course.name === '' ? '(no name)' : (course.name ?? 'others');
  return lineOf(course, label, COLORS[place % COLORS.length] ?? '--accent');
}

/** @param {FleetCourse | undefined} course @param {string} label @param {string} color @returns {Line} */
function lineOf(course, label, color) {
  return { values: course?.values ?? [], label, color, look: 'thin' };
}

/** @param {Plot['format']} format @param {FleetReport} report @returns {Omit<Plot, 'series'>} */
function plotOf(format, { range, courses, start_time, end_time, starts }) {
  const formats = { '1d': formatMoment, '7d': formatDay, '30d': formatDay };
  return {
    times: courses.times.map((time) => Date.parse(time)),
    format,
    range: [Date.parse(start_time), Date.parse(end_time)],
    marks: starts.map(({ time }) => Date.parse(time)),
    formatTime: Reflect.get(formats, range) ?? formatTime,
  };
}

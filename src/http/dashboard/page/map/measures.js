import { costFigure, costGap, countFigure, rateFigure, secondsFigure, shareFigure } from '../parts/figures.js';
import { severity } from '../parts/names.js';

/** @import { Measure } from '../data/view-state.js' */
/** @import { CrewNode } from './crew.js' */

/**
 * @typedef {object} MapMeasure a figure of nodes, which also colours them
 * @property {Measure} id
 * @property {string} label
 * @property {string} legend the meaning of the figures; the window follows it
 * @property {(node: CrewNode) => number | undefined} figure undefined if it is unknown
 * @property {(value: number, node: CrewNode) => string} text
 */

/** @type {readonly MapMeasure[]} */
export const MAP_MEASURES = [
  {
    id: 'errors',
    label: 'Errors',
    legend: 'calls that failed',
    figure: ({ trend }) => (trend?.count ? trend.error_rate : undefined),
    text: (share, { trend }) => `${shareFigure(share)} of ${countFigure(trend?.count ?? 0)}`,
  },
  {
    id: 'p95',
    label: 'p95',
    legend: 'p95 of durations',
    figure: ({ trend }) => (trend?.count && trend.p95_seconds > 0 ? trend.p95_seconds : undefined),
    text: (seconds) => `p95 ${secondsFigure(seconds)}`,
  },
  {
    id: 'cost',
    label: '$',
    legend: 'cost of model calls',
    figure: costOf,
    text: (dollars) => costFigure(dollars),
  },
  {
    id: 'rate',
    label: 'Rate',
    legend: 'calls per second',
    figure: ({ trend }) => trend?.rate_per_second,
    text: (rate) => `${rateFigure(rate)}/s`,
  },
];

/** The cost in the window. The usage since the start decides whether it is known. @param {CrewNode} node */
function costOf({ trend, usage }) {
  if (usage === undefined || trend === undefined || costGap(usage) !== undefined) return undefined;
  return 'cost_usd' in trend ? trend.cost_usd : undefined;
}

/** Why a figure is missing. @param {MapMeasure} measure @param {CrewNode} node */
export function gapText({ id }, { total, trend, usage, kind }) {
  if (total === 0) return 'not called yet';
  if (id === 'cost') return usage === undefined ? `no cost of ${kind}s` : (costGap(usage) ?? 'idle');
  return trend?.count ? 'not timed' : 'idle';
}

/** Shades go from 0 to this one, which is that of the largest value. */
const SHADES = 4;

/**
 * The class that colours each node. An edge has the class of the node that it leads to.
 *
 * @param {MapMeasure} measure
 * @param {readonly CrewNode[]} nodes
 * @returns {Map<string, string>} by id
 */
export function looksOf(measure, nodes) {
  if (measure.id === 'errors') {
    return new Map(nodes.map((node) => [node.id, `severity-${severity(measure.figure(node) ?? 0)}`]));
  }
  const most = nodes.reduce((max, node) => Math.max(max, measure.figure(node) ?? 0), 0);
  return new Map(
    nodes.map((node) => {
      const value = measure.figure(node) ?? 0;
      return [node.id, `shade-${most === 0 ? 0 : Math.ceil(Math.sqrt(value / most) * SHADES)}`];
    }),
  );
}

import { html, nothing } from '../libraries/lit-html.js';
import { slotTimes } from '../data/trend-slots.js';
import { sampleTiles } from './sample-tiles.js';
import { trendTiles } from './trend-tiles.js';

/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Sample } from '../data/sample-log.js' */
/** @import { Plot } from './time-plot.js' */

/**
 * @typedef {object} Tile
 * @property {string} id
 * @property {string} label
 * @property {string} scope the time of which the value tells
 * @property {unknown} value
 * @property {unknown} note
 * @property {unknown} [change]
 * @property {'ok' | 'warn' | 'bad'} [severity]
 * @property {Plot} plot
 */

/** The system at a glance. @param {Snapshot} snapshot @param {readonly Sample[]} samples of the instance that answers */
export function systemTiles(snapshot, samples) {
  const times = slotTimes(snapshot);
  const range = timeRange(snapshot, times);
  const seen = samples.filter(({ time }) => time >= range[0]);
  const tiles = [...trendTiles(snapshot, times, range), ...sampleTiles(snapshot, seen, range)];
  return html`<section class="tiles" aria-label="System">${tiles.map(tileView)}</section>`;
}

/** From the first slot to the end of the last. @param {Snapshot} snapshot @param {readonly number[]} times @returns {Plot['range']} */
export function timeRange({ trends }, times) {
  return [times[0] ?? 0, (times.at(-1) ?? 0) + trends.slot_seconds * 1_000];
}

/** @param {Tile} tile */
function tileView({ id, label, scope, value, note, change = nothing, severity = 'ok', plot }) {
  return html`<div class="tile severity-${severity}" id="tile-${id}">
    <h2>${label} <span class="scope">${scope}</span></h2>
    <p class="value"><span class="figure" data-figure=${id}>${value}</span> ${change}</p>
    <p class="note">${note}</p>
    <time-plot .plot=${plot} aria-hidden="true"></time-plot>
  </div>`;
}

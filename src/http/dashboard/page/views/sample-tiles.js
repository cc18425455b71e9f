import { html } from '../libraries/lit-html.js';
import { formatBytes, formatCost, formatCount, formatRate, formatSeconds, formatShare, plural } from '../format.js';

/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Sample } from '../data/sample-log.js' */
/** @import { Tile } from './system-tiles.js' */
/** @import { Plot } from './time-plot.js' */

/**
 * What the server tells only as it is now: its course is what the page has seen.
 *
 * @param {Snapshot} snapshot
 * @param {readonly Sample[]} samples
 * @param {Plot['range']} range
 * @returns {Tile[]}
 */
export function sampleTiles(snapshot, samples, range) {
  const times = samples.map(({ time }) => time);
  /** @type {LineOf} */
  const lineOf = (valueOf, format, max = 0) => {
    const values = samples.map((sample, index) => valueOf(sample, samples[index - 1]));
    return { times, range, format, max, series: [{ values, color: '--accent', look: 'line' }] };
  };
  return [...processTiles(snapshot, lineOf), cacheTile(snapshot, lineOf), ...modelTiles(snapshot, lineOf)];
}

/**
 * @callback LineOf a plot of one value of each sample
 * @param {(sample: Sample, last: Sample | undefined) => number | null} valueOf
 * @param {Plot['format']} format
 * @param {number} [max]
 * @returns {Plot}
 */

/** @param {Snapshot} snapshot @param {LineOf} lineOf @returns {Tile[]} */
function processTiles({ document: { system_metrics: totals }, running: [oldest] }, lineOf) {
  return [
    {
      id: 'in-progress',
      label: 'In progress',
      scope: 'now',
      value: formatCount(totals.requests_in_progress),
      note: oldest ? `oldest ${formatSeconds(oldest.age_seconds)}` : 'nothing is running',
      plot: lineOf(({ inProgress }) => inProgress, formatCount, 1),
    },
    {
      id: 'memory',
      label: 'Memory',
      scope: 'now',
      value: formatBytes(totals.memory_usage_bytes),
      note: `at most ${formatBytes(totals.max_memory_usage_bytes)}`,
      plot: lineOf(({ memoryBytes }) => memoryBytes, formatBytes),
    },
  ];
}

/** @param {Snapshot} snapshot @param {LineOf} lineOf @returns {Tile} */
function cacheTile({ document: { system_metrics: totals }, caches }, lineOf) {
  const lookups = totals.cache_hits + totals.cache_misses;
  const named = [...caches]
    .slice(0, 2)
    .map(([name, { hit_rate }]) => html` · <bdi>${name}</bdi> ${formatShare(hit_rate)}`);
  return {
    id: 'cache',
    label: 'Cache hits',
    scope: 'since start',
    value: lookups === 0 ? '–' : formatShare(totals.cache_hit_rate),
    note: html`${formatCount(totals.cache_hits)} of ${formatCount(lookups)}${named}`,
    plot: lineOf(
      (sample, last) =>
        last === undefined || sample.lookups === last.lookups
          ? null
          : (sample.hits - last.hits) / (sample.lookups - last.lookups),
      formatShare,
      1,
    ),
  };
}

/** @param {Snapshot} snapshot @param {LineOf} lineOf @returns {Tile[]} */
function modelTiles({ document }, lineOf) {
  const { token_usage: usage } = document.system_metrics;
  return [
    {
      id: 'tokens',
      label: 'Tokens',
      scope: 'since start',
      value: formatCount(usage.total_tokens),
      note: `${formatCount(usage.input_tokens)} in · ${formatCount(usage.output_tokens)} out`,
      plot: lineOf(
        (sample, last) =>
          last === undefined ? null : ((sample.tokens - last.tokens) / (sample.time - last.time)) * 1_000,
        (rate) => `${formatRate(rate)}/s`,
      ),
    },
    {
      id: 'cost',
      label: 'Cost',
      scope: 'since start',
      value: formatCost(usage.cost_usd),
      note:
        usage.unpriced_calls === 0
          ? plural(usage.calls, 'model call')
          : `${plural(usage.unpriced_calls, 'call')} without a price`,
      plot: lineOf(({ costUsd }) => costUsd, formatCost),
    },
  ];
}

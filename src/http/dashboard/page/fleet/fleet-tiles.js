import { html } from '../libraries/lit-html.js';
import { formatCost, formatCount, formatRate, formatSeconds, formatShare, plural } from '../parts/format.js';
import { known } from './fleet-tables.js';
import { severity } from '../parts/names.js';

/** @import { FleetReport, FleetSystem } from '../data/documents' */

/**
 * @typedef {object} FleetTile
 * @property {string} id
 * @property {string} label
 * @property {string} scope the time that the value is of
 * @property {unknown} value
 * @property {unknown} note
 * @property {'ok' | 'warn' | 'bad'} [look]
 */

/** The chosen instances at a glance. @param {FleetReport} report */
export function fleetTiles(report) {
  const { system, range, instance } = report;
  const label = instance === null ? 'All instances' : `Instance ${instance}`;
  const scope = `last ${range}`;
  const tiles = [...requestTiles(report, scope), ...usageTiles(system, scope), instancesTile(report)];
  return html`<section class="tiles fleet-tiles" aria-label=${label}>${tiles.map(tileView)}</section>`;
}

const RANGE_SECONDS = { '15m': 900, '1h': 3_600, '6h': 21_600, '1d': 86_400, '7d': 604_800, '30d': 2_592_000 };

/** @param {FleetReport} report @param {string} scope @returns {FleetTile[]} */
function requestTiles({ system, range }, scope) {
  return [
    {
      id: 'requests',
      label: 'Requests',
      scope,
      value: known(system.total_requests, formatCount),
      note: known(system.total_requests, (total) => `${formatRate(total / RANGE_SECONDS[range])}/s`),
    },
    {
      id: 'error-rate',
      label: 'Error rate',
      scope,
      value: known(system.error_rate, formatShare),
      note: html`${known(system.failed_requests, formatCount)} failed · ${known(system.cancelled_requests, formatCount)}
      cancelled`,
      look: severity(system.error_rate ?? 0),
    },
    {
      id: 'p95',
      label: 'Latency p95',
      scope,
      value: known(system.p95_seconds, formatSeconds),
      note: html`p50 ${known(system.p50_seconds, formatSeconds)} · p99 ${known(system.p99_seconds, formatSeconds)}`,
    },
  ];
}

/** @param {FleetSystem} system @param {string} scope @returns {FleetTile[]} */
function usageTiles({ total_tokens, cost_usd, unpriced_calls }, scope) {
  const note = unpriced_calls ? `+ ${plural(unpriced_calls, 'call')} without a price` : 'of model calls';
  return [
    { id: 'tokens', label: 'Tokens', scope, value: known(total_tokens, formatCount), note: 'of model calls' },
    { id: 'cost', label: 'Cost', scope, value: known(cost_usd, formatCost), note },
  ];
}

/** @param {FleetReport} report @returns {FleetTile} */
function instancesTile({ system, instances }) {
  const up = instances.filter(({ state }) => state === 'up').length;
  const there = instances.filter(({ state }) => state !== 'gone').length;
  return {
    id: 'instances',
    label: 'Instances',
    scope: 'now',
    value: html`${up}<small> of ${there} up</small>`,
    note: html`${known(system.requests_in_progress, formatCount)} in progress`,
    look: up < there ? 'warn' : 'ok',
  };
}

/** @param {FleetTile} tile */
function tileView({ id, label, scope, value, note, look = 'ok' }) {
  return html`<div class="tile severity-${look}" id="fleet-${id}">
    <h2>${label} <span class="scope">${scope}</span></h2>
    <p class="value"><span class="figure" data-figure="fleet-${id}">${value}</span></p>
    <p class="note">${note}</p>
  </div>`;
}

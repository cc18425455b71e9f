import { html, nothing } from '../libraries/lit-html.js';
import { matcher } from '../data/name-filter.js';
import { formatCount, formatMoment, formatTime } from '../parts/format.js';
import { answererText } from '../parts/names.js';
import { fleetPlots } from './fleet-plots.js';
import { fleetAgents, fleetInstances } from './fleet-tables.js';
import { fleetTiles } from './fleet-tiles.js';
import { requestPanel } from '../requests/request.js';
import { requestsPanel } from '../requests/requests.js';

/** @import { FleetReport, FleetStart } from '../data/documents' */
/** @import { Poller } from '../data/poller.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../data/view-state.js' */

const SHOWN_STARTS = 6;

/** The figures of all instances, and the requests of this process. @param {FleetReport} report @param {Snapshot} snapshot @param {Poller} poller @param {ViewState} view @param {() => void} update */
export function fleetPage(report, snapshot, poller, view, update) {
  const matches = matcher(view.filter);
  return html`${fleetTiles(report)}
    <div class="panels" id="fleet-plots">${fleetPlots(report)}</div>
    ${startList(report)}
    <div class="panels" id="fleet-tables">${fleetAgents(report, matches)} ${fleetInstances(report, view, matches)}</div>
    <h2 class="fleet-process" id="fleet-process">
      Behind this page
      <span class="scope"><bdi>${snapshot.document.instance.hostname}</bdi> · ${answererText(snapshot.document)}</span>
    </h2>
    <div class="panels">${requestPanel(poller, view, update)} ${requestsPanel(snapshot, poller, view, update)}</div>`;
}

/** The starts that the plots mark, the newest first. @param {FleetReport} report */
function startList({ starts, range }) {
  if (starts.length === 0) return nothing;
  const format = ['15m', '1h', '6h'].includes(range) ? formatTime : formatMoment;
  const newest = starts.toReversed().slice(0, SHOWN_STARTS);
  return html`<section class="fleet-starts" aria-label="Starts and restarts">
    <ul id="fleet-starts">
      ${newest.map((start) => startItem(start, format))}
      ${starts.length > SHOWN_STARTS ? html`<li>${formatCount(starts.length - SHOWN_STARTS)} more</li>` : nothing}
    </ul>
  </section>`;
}

/** @param {FleetStart} start @param {(time: number) => string} format */
function startItem({ instance, time, is_restart }, format) {
  return html`<li>
    <time datetime=${time}>${format(Date.parse(time))}</time> <bdi>${instance}</bdi>
    ${is_restart ? 'restarted' : 'started'}
  </li>`;
}

import { html, nothing, svg } from '../libraries/lit-html.js';
import { hashOf } from '../data/view-state.js';
import { countFigure } from '../parts/figures.js';
import { tailsOf } from '../parts/short-name.js';
import { readCrew } from './crew.js';
import { layOut } from './layout.js';
import { nodeView } from './map-node.js';
import { looksOf, MAP_MEASURES } from './measures.js';
import './map-frame.js';

/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../data/view-state.js' */
/** @import { Crew, CrewEdge } from './crew.js' */
/** @import { LaneHead } from './layout.js' */
/** @import { MapMeasure } from './measures.js' */

const NO_MATCHES = 'No matches.';

/** The map of agents, tools and models: their calls and their failures. @param {Snapshot} snapshot @param {ViewState} view @param {(...names: string[]) => boolean} matches */
export function mapPanel(snapshot, view, matches) {
  const crew = readCrew(snapshot, view, matches);
  const measure = MAP_MEASURES.find(({ id }) => id === view.map) ?? MAP_MEASURES[0];
  return html`<section class="panel" id="map" aria-labelledby="map-title">
    <header>
      <h2 id="map-title">Map</h2>
      ${measureLinks(view)} ${measure === undefined ? nothing : legend(measure, snapshot)}
      <span class="zoom">
        <button type="button" @click=${onFrame('fit')} title="Fit (0)">Fit</button>
        <button type="button" @click=${onFrame('out')} aria-label="Zoom out" title="Zoom out (−)">−</button>
        <button type="button" @click=${onFrame('in')} aria-label="Zoom in" title="Zoom in (+)">+</button>
      </span>
    </header>
    ${crew.shown === 0 || measure === undefined ? html`<p class="empty">${NO_MATCHES}</p>` : frame(crew, measure, view)}
    ${isCut(crew, view) ? html`<p class="more" id="map-more">Showing ${countFigure(crew.shown)} of ${countFigure(crew.total)}. Search to see others.</p>` : nothing}
  </section>`;
}

/** Whether nodes are missing, other than tools that are folded into their agents. @param {Crew} crew @param {ViewState} view */
function isCut({ lanes, all, isFolded, shown, total }, { filter }) {
  if (shown === 0 || shown === total) return false;
  const here = lanes.flatMap(({ nodes }) => nodes);
  const agents = here.filter(({ kind }) => kind === 'agent').length;
  const models = here.filter(({ kind }) => kind === 'model').length;
  return filter.trim() !== '' || agents < all.agents.size || models < all.models.size || !isFolded;
}

/** @param {ViewState} view */
function measureLinks(view) {
  return html`<nav class="choices" aria-label="Figure on the map">
    ${MAP_MEASURES.map(({ id, label, legend }) => html`<a href=${hashOf(view, { map: id })} title=${legend} aria-current=${id === view.map ? 'true' : nothing}>${label}</a>`)}
  </nav>`;
}

/** @param {MapMeasure} measure @param {Snapshot} snapshot */
function legend({ id, legend }, { trends }) {
  return html`<p class="legend">
    <span>${legend}, last ${trends.window}</span>
    ${
      id === 'errors'
        ? html`<span><i class="legend-line severity-warn"></i>&lt; 5 % failing</span>
            <span><i class="legend-line severity-bad"></i>≥ 5 % failing</span>`
        : html`<span><i class="legend-line shade-1"></i><i class="legend-line shade-4"></i>more</span>`
    }
    <span><i class="kind kind-agent"></i>agent</span> <span><i class="kind kind-tool"></i>tool</span>
    <span><i class="kind kind-model"></i>model</span>
  </p>`;
}

/** @param {'fit' | 'in' | 'out'} what */
function onFrame(what) {
  return (/** @type {Event} */ { currentTarget }) => {
    const panel = /** @type {Element} */ (currentTarget).closest('#map');
    const found = /** @type {{ fit(): void, zoom(direction: 1 | -1): void } | null | undefined} */ (
      /** @type {unknown} */ (panel?.querySelector('map-frame'))
    );
    if (what === 'fit') found?.fit();
    else found?.zoom(what === 'in' ? 1 : -1);
  };
}

/** @param {Crew} crew @param {MapMeasure} measure @param {ViewState} view */
function frame(crew, measure, view) {
  const draw = (/** @type {number} */ width) => {
    const layout = layOut(crew, width);
    return { width: layout.width, height: layout.height, content: drawing(crew, layout, measure, view) };
  };
  return html`<map-frame
    class="map-frame"
    tabindex="0"
    role="group"
    aria-label="Map of agents, tools and models. Plus and minus zoom, 0 shows all of it."
    .view=${draw}
  ></map-frame>`;
}

/** @param {Crew} crew @param {import('./layout.js').Layout} layout @param {MapMeasure} measure @param {ViewState} view */
function drawing(crew, { width, height, boxes, heads, paths }, measure, view) {
  const nodes = crew.lanes.flatMap((lane) => lane.nodes);
  const looks = looksOf(measure, nodes);
  const tails = tailsOf(nodes.map(({ name }) => name));
  const { kind, name } = view.selected ?? {};
  const selected = `${kind}:${name}`;
  return html`<div class="map-sizer">
    <div class="map-canvas" .style=${`width: ${width}px; height: ${height}px`}>
      <svg class="map-edges" width=${width} height=${height} aria-hidden="true">
        ${crew.edges.map((edge, index) => svg`<path class=${edgeLook(edge, crew, looks, selected)} d=${paths[index] ?? ''}></path>`)}
      </svg>
      ${heads.map((head) => laneHead(head, crew))}
      ${nodes.map((node) => {
        const box = boxes.get(node.id);
        const look = looks.get(node.id) ?? '';
        return box === undefined
          ? nothing
          : nodeView({ node, box, look, tail: tails.get(node.name), crew, measure, view });
      })}
    </div>
  </div>`;
}

/** @param {CrewEdge} edge @param {Crew} crew @param {Map<string, string>} looks @param {string} selected */
function edgeLook({ from, to }, { lit }, looks, selected) {
  const isDim = lit !== undefined && !(lit.has(from) && lit.has(to));
  const isNear = from === selected || to === selected;
  return `edge ${looks.get(to)} ${isDim ? 'is-dim' : ''} ${isNear ? 'is-near' : ''}`;
}

const LANE_TITLES = { callers: 'Agents', agents: 'Agents', tools: 'Tools', models: 'Models' };

/** @param {LaneHead} head @param {Crew} crew */
function laneHead({ id, x, y }, { lanes, all }) {
  const shown = lanes.find((lane) => lane.id === id)?.nodes.length ?? 0;
  const isPart = id === 'callers' || (id === 'agents' && lanes.some((lane) => lane.id === 'callers'));
  const total = id === 'tools' ? all.tools.size : id === 'models' ? all.models.size : all.agents.size;
  const title = id === 'agents' && isPart ? 'Called agents' : LANE_TITLES[id];
  return html`<p class="lane-head" .style=${`translate: ${x}px ${y}px`}>
    ${title}
    <span class="count">${countFigure(shown)}${isPart || shown === total ? '' : ` of ${countFigure(total)}`}</span>
  </p>`;
}

import { html, nothing, svg } from '../libraries/lit-html.js';
import { readCrew, shareOf } from '../data/crew-graph.js';
import { formatCount, formatRate, formatSeconds, formatShare, plural } from '../format.js';
import { hashOf } from '../view-state.js';
import { layOut, NODE_HEIGHT, NODE_WIDTH } from './crew-layout.js';
import { severity } from './names.js';

/** @import { CrewEdge, CrewGraph, CrewNode } from '../data/crew-graph.js' */
/** @import { Layout } from './crew-layout.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../view-state.js' */

const LONGEST_TITLE = 21;
/** Smaller than this nobody can read it: then one has to scroll. */
const SMALLEST_SCALE = 0.8;

/** Who calls whom, how often, and where it fails. @param {Snapshot} snapshot @param {ViewState} view @param {(...names: string[]) => boolean} matches */
export function crewPanel(snapshot, view, matches) {
  const graph = readCrew(snapshot, matches);
  return html`<section class="panel" id="crew" aria-labelledby="crew-title">
    <header>
      <h2 id="crew-title">Crew</h2>
      <span class="legend">
        <span class="kind kind-agent"></span>agent <span class="kind kind-tool"></span>tool
        <span class="kind kind-model"></span>model <span class="legend-line severity-warn"></span>some fail
        <span class="legend-line severity-bad"></span>5% or more fail
      </span>
    </header>
    ${graph.nodes.length === 0 ? html`<p class="empty">None has a name like that.</p>` : crewFrame(graph, view)}
    ${graph.leftOut > 0 ? html`<p class="more">${plural(graph.leftOut, 'further name')}, used less or filtered out. A filter shows others.</p>` : nothing}
  </section>`;
}

/** The drawing, which needs at least one node: nothing has no size. @param {CrewGraph} graph @param {ViewState} view */
function crewFrame(graph, view) {
  const layout = layOut(graph);
  const busiest = Math.max(1, ...graph.edges.map(({ calls }) => calls));
  return html`<div class="crew-frame" tabindex="0" role="group" aria-label="Crew, as a graph">
    <svg
      class="crew-map"
      viewBox="0 0 ${layout.width} ${layout.height}"
      .style=${`width: ${layout.width}px; min-width: ${layout.width * SMALLEST_SCALE}px`}
    >
      ${graph.edges.map((edge, index) => edgeView(edge, layout.paths[index] ?? '', busiest))}
      ${graph.nodes.map((node) => nodeView(node, layout, view))}
    </svg>
  </div>`;
}

/** @param {CrewEdge} edge @param {string} path @param {number} busiest */
function edgeView({ calls, failures }, path, busiest) {
  const width = calls === 0 ? 1 : 1.2 + 4.8 * Math.sqrt(calls / busiest);
  const look = calls === 0 ? 'is-idle' : `severity-${severity(shareOf(failures, calls))}`;
  return svg`<path class="edge ${look}" d=${path} stroke-width=${width.toFixed(1)}>
    <title>${formatCount(calls)} calls in the history of the window, ${formatCount(failures)} failed</title>
  </path>`;
}

/** @param {CrewNode} node @param {Layout} layout @param {ViewState} view */
function nodeView(node, { centres }, view) {
  const { x, y } = centres.get(node.id) ?? { x: 0, y: 0 };
  const { kind, name } = node;
  const isSelected = view.selected?.kind === kind && view.selected.name === name;
  const body = nodeBody(node);
  const place = `translate(${x - NODE_WIDTH / 2} ${y - NODE_HEIGHT / 2})`;
  const look = `node node-${kind} severity-${severity(node.errorRate)} ${isSelected ? 'is-selected' : ''}`;
  if (kind === 'model')
    return svg`<g class=${look} transform=${place} role="img" aria-label=${describe(node)}>${body}</g>`;
  const href = hashOf(view, { selected: { kind, name } });
  return svg`<a class=${look} transform=${place} href=${href}>${body}</a>`;
}

/** @param {CrewNode} node */
function nodeBody(node) {
  const { name, inProgress } = node;
  return svg`<title>${describe(node)}</title>
    <rect class="node-box" width=${NODE_WIDTH} height=${NODE_HEIGHT} rx="6"></rect>
    <rect class="node-kind" width="4" height=${NODE_HEIGHT - 12} x="6" y="6" rx="2"></rect>
    <text x="18" y="18" class="node-name">${isolated(shorten(name))}</text>
    <text x="18" y="33" class="node-figures">${figures(node)}</text>
    ${
      inProgress > 0
        ? svg`<g class="node-running"><circle cx=${NODE_WIDTH - 14} cy="14" r="8"></circle>
      <text x=${NODE_WIDTH - 14} y="17.5">${inProgress > 99 ? '99+' : inProgress}</text></g>`
        : nothing
    }`;
}

/** @param {CrewNode} node */
function figures({ trend, errorRate, total }) {
  const failing = errorRate > 0 ? `${formatShare(errorRate)} fail` : '';
  if (trend === undefined) return [plural(total, 'call'), failing].filter(Boolean).join(' · ');
  if (trend.count === 0) return total === 0 ? 'not called yet' : 'idle';
  return `${failing || `${formatRate(trend.rate_per_second)}/s`} · p95 ${formatSeconds(trend.p95_seconds)}`;
}

/** @param {CrewNode} node */
function describe({ kind, name, total, inProgress, errorRate, trend }) {
  const course =
    trend === undefined
      ? ''
      : `, ${formatRate(trend.rate_per_second)} per second, p95 ${formatSeconds(trend.p95_seconds)}`;
  return `${kind} ${isolated(name)}: ${plural(total, 'call')}${course}, error rate ${formatShare(errorRate)}, ${formatCount(inProgress)} running`;
}

/** A text within a drawing has no `bdi`. @param {string} text */
function isolated(text) {
  return `\u2068${text}\u2069`;
}

/** @param {string} name */
function shorten(name) {
  const letters = [...name];
  return letters.length <= LONGEST_TITLE ? name : `${letters.slice(0, LONGEST_TITLE - 1).join('')}…`;
}

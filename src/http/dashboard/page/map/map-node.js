import { html, nothing } from '../libraries/lit-html.js';
import { hashOf } from '../data/view-state.js';
import { countFigure } from '../parts/figures.js';
import { plural } from '../parts/format.js';
import { kindMark, severity } from '../parts/names.js';
import { shortName } from '../parts/short-name.js';
import { gapText } from './measures.js';

/** @import { ViewState } from '../data/view-state.js' */
/** @import { Crew, CrewNode } from './crew.js' */
/** @import { Box } from './layout.js' */
/** @import { MapMeasure } from './measures.js' */

/**
 * @typedef {object} NodePlace a node and its surroundings
 * @property {CrewNode} node
 * @property {Box} box
 * @property {string} look
 * @property {number | undefined} tail how many letters at the end of its name must be visible
 * @property {Crew} crew
 * @property {MapMeasure} measure
 * @property {ViewState} view
 */

/** @param {NodePlace} place */
export function nodeView({ node, box, look, tail, crew, measure, view }) {
  const { id, kind, name } = node;
  const isSelected = view.selected?.kind === kind && view.selected.name === name;
  const isDim = crew.lit !== undefined && !crew.lit.has(id);
  const { x, y, width, height } = box;
  return html`<div
    class="node node-${kind} ${look} ${isSelected ? 'is-selected' : ''} ${isDim ? 'is-dim' : ''}"
    data-node=${name}
    .style=${`translate: ${x}px ${y}px; width: ${width}px; height: ${height}px`}
  >
    <a
      class="node-link"
      href=${hashOf(view, { selected: isSelected ? undefined : { kind, name } })}
      aria-current=${isSelected ? 'true' : nothing}
    >
      <span class="node-title">${kindMark(kind)}${shortName(name, tail)}${runningMark(node)}</span>
      <span class="node-figure">${figureText(node, measure)}</span>
    </a>
    ${crew.isFolded && kind === 'agent' && node.tools.length > 0 ? toolsChip(node, crew, view) : nothing}
  </div>`;
}

/** @param {CrewNode} node @param {MapMeasure} measure */
function figureText(node, measure) {
  const value = measure.figure(node);
  return value === undefined ? gapText(measure, node) : measure.text(value, node);
}

/** @param {CrewNode} node */
function runningMark({ inProgress, overdue }) {
  if (inProgress === 0) return nothing;
  const late = overdue === undefined ? '' : `, one ${overdue}`;
  const hint = `${countFigure(inProgress)} running${late}`;
  return html`<span class="node-running ${late === '' ? '' : 'is-stuck'}" title=${hint}
    >${inProgress > 99 ? '99+' : inProgress}<span class="unseen"> running${late}</span></span
  >`;
}

/** The number of an agent's tools, as a link that unfolds them and folds them again. @param {CrewNode} node @param {Crew} crew @param {ViewState} view */
function toolsChip({ name, tools }, { all }, view) {
  const isOpen = view.unfold === name;
  const looks = tools.map((tool) => severity(all.tools.get(tool)?.trend?.error_rate ?? 0));
  const failing = looks.filter((look) => look !== 'ok').length;
  const look = looks.includes('bad') ? 'bad' : failing > 0 ? 'warn' : 'ok';
  return html`<a
    class="node-tools severity-${look}"
    href=${hashOf(view, { unfold: isOpen ? '' : name })}
    aria-expanded=${isOpen}
    ><span class="node-tools-text"
      >${plural(tools.length, 'tool')}${failing > 0 ? html`, <b>${countFigure(failing)} failing</b>` : nothing}</span
    ><svg class="chevron" viewBox="0 0 10 10" aria-hidden="true"><path d="M3 1.5 7 5 3 8.5"></path></svg
  ></a>`;
}

import { html, nothing } from '../libraries/lit-html.js';
import { nameText } from './names.js';
import { sparkline } from './sparkline.js';

/** @import { NameRow } from '../data/name-rows.js' */
/** @import { Column } from './name-columns.js' */
/** @import { ViewState } from '../view-state.js' */

/**
 * @param {NameRow} row
 * @param {readonly Column[]} columns
 * @param {ViewState['selected']} selected
 * @param {(name: string) => string} linkTo
 * @param {readonly number[]} times
 */
export function nameRow(row, columns, selected, linkTo, times) {
  const { kind, name, title } = row;
  const isSelected = selected?.kind === kind && selected.name === name;
  return html`<tr role="row" class=${isSelected ? 'is-selected' : ''}>
    <th role="rowheader" scope="row" class="name-cell">
      <a href=${linkTo(name)} aria-current=${isSelected ? 'true' : nothing}>${nameText(name)}</a>${
        title === name ? nothing : html` <bdi class="alias">${title}</bdi>`
      }
    </th>
    ${columns.map(({ cell, look }) => html`<td role="cell" class="number ${look?.(row) ?? ''}">${cell(row)}</td>`)}
    <td role="cell" class="course">${sparkline(row.trend, times)}</td>
  </tr>`;
}

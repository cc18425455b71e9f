import { html } from '../libraries/lit-html.js';

const FEW_ROWS = 15;
const ROWS_PER_PAGE = [FEW_ROWS, 50, 200];

/** The page of a table, which is not in the address. */
export class Paging {
  page = 0;
  size = FEW_ROWS;

  /** Whether there are more rows than the smallest page holds. @param {number} rows */
  isNeeded(rows) {
    return rows > FEW_ROWS;
  }

  /** @template Row @param {readonly Row[]} rows */
  shown(rows) {
    this.page = Math.max(0, Math.min(this.page, Math.ceil(rows.length / this.size) - 1));
    return rows.slice(this.page * this.size, (this.page + 1) * this.size);
  }
}

/** @param {Paging} paging @param {number} rows @param {() => void} update */
export function pager(paging, rows, update) {
  const first = paging.page * paging.size;
  const turn = (/** @type {number} */ by) => () => {
    paging.page += by;
    update();
  };
  const resize = (/** @type {Event} */ event) => {
    paging.size = Number(/** @type {HTMLSelectElement} */ (event.target).value);
    paging.page = 0;
    update();
  };
  return html`<div class="pager">
    <button type="button" @click=${turn(-1)} ?disabled=${first === 0} aria-label="Previous page">‹</button>
    <button type="button" @click=${turn(1)} ?disabled=${first + paging.size >= rows} aria-label="Next page">›</button>
    <select @change=${resize} aria-label="Rows per page">
      ${ROWS_PER_PAGE.map((size) => html`<option value=${size} ?selected=${size === paging.size}>${size} rows</option>`)}
    </select>
  </div>`;
}

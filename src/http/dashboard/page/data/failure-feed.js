import { nameOf } from './executions.js';

/** @import { Execution } from './documents' */
/** @import { MetricsApi } from './metrics-api.js' */
/** @import { ViewState } from './view-state.js' */

const LIMIT = 200;
const STATUSES = ['error', 'timeout'];

/** The last failures of the selection. They may be older than the page's part of the history. */
export class FailureFeed {
  /** Newest first. @type {readonly Execution[]} */
  executions = [];
  /** Whether the server has answered: an empty list means nothing until then. */
  isLoaded = false;
  /** @type {ViewState['selected']} */
  selected;

  /** @param {ViewState['selected']} selected */
  select(selected) {
    if (selected?.kind === this.selected?.kind && selected?.name === this.selected?.name) return;
    this.selected = selected;
    this.executions = [];
    this.isLoaded = false;
  }

  /** Whether they are the failures of this selection. @param {ViewState['selected']} selected */
  answers(selected) {
    return this.isLoaded && selected?.kind === this.selected?.kind && selected?.name === this.selected?.name;
  }

  /** @param {MetricsApi} api */
  async update(api) {
    const { selected } = this;
    if (selected === undefined) return;
    const { kind, name } = selected;
    // The server has no filter for the name of a model.
    const query = { kind, ...(kind === 'model' ? {} : { [kind]: name }), limit: LIMIT };
    const lists = await Promise.all(STATUSES.map((status) => api.history({ ...query, status })));
    // The selection may have changed meanwhile.
    if (this.selected !== selected) return;
    this.executions = lists
      .flat()
      .filter((execution) => nameOf(execution) === name)
      .sort((a, b) => (a.end_time > b.end_time ? -1 : 1))
      .slice(0, LIMIT);
    this.isLoaded = true;
  }
}

/** @import { Execution } from './documents' */
/** @import { MetricsApi } from './metrics-api.js' */

const LIMIT = 10;

/** The last failures of one agent or tool, which may be older than what the page has of the history. */
export class FailureFeed {
  /** Newest first. @type {readonly Execution[]} */
  executions = [];
  /** @type {{ kind: 'agent' | 'tool', name: string } | undefined} */
  selected;

  /** @param {{ kind: 'agent' | 'tool', name: string } | undefined} selected */
  select(selected) {
    if (selected?.kind === this.selected?.kind && selected?.name === this.selected?.name) return;
    this.selected = selected;
    this.executions = [];
  }

  /** @param {MetricsApi} api */
  async update(api) {
    const { selected } = this;
    if (selected === undefined) return;
    const { kind, name } = selected;
    const query = { kind, [kind]: name, limit: LIMIT };
    const lists = await Promise.all([
      api.history({ ...query, status: 'error' }),
      api.history({ ...query, status: 'timeout' }),
    ]);
    // Another may have been selected meanwhile.
    if (this.selected === selected) {
      this.executions = lists
        .flat()
        .sort((a, b) => (a.end_time > b.end_time ? -1 : 1))
        .slice(0, LIMIT);
    }
  }
}

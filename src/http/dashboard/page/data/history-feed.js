/** @import { Execution } from './documents' */
/** @import { MetricsApi } from './metrics-api.js' */

const MAX_KEPT = 1_000;
const USUAL_LIMIT = 50;

/** The newest finished executions, of which each poll asks only for as many as are new. */
export class HistoryFeed {
  /** Newest first. @type {Execution[]} */
  executions = [];

  /** @param {MetricsApi} api */
  async update(api) {
    let limit = this.executions.length === 0 ? MAX_KEPT : USUAL_LIMIT;
    const known = new Set(this.executions.map(({ id }) => id));
    let newest = await api.history({ limit });
    while (newest.length === limit && limit < MAX_KEPT && !newest.some(({ id }) => known.has(id))) {
      limit = Math.min(limit * 4, MAX_KEPT);
      newest = await api.history({ limit });
    }
    const unseen = newest.filter(({ id }) => !known.has(id));
    if (unseen.length === 0) return;
    // Several instances may answer in turn: what one tells first may have ended before what is known of another.
    this.executions = [...unseen, ...this.executions].sort(byEnd).slice(0, MAX_KEPT);
  }

  clear() {
    this.executions = [];
  }
}

/** @param {Execution} a @param {Execution} b */
function byEnd(a, b) {
  return a.end_time > b.end_time ? -1 : Number(a.end_time < b.end_time);
}

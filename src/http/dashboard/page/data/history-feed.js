/** @import { Execution } from './documents' */
/** @import { MetricsApi } from './metrics-api.js' */

const MAX_KEPT = 1_000;
const USUAL_LIMIT = 50;

/** The newest finished executions. A poll asks for few, and for more only if all of them are new. */
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
    // Several instances may answer in turn: a new execution of one may have ended before a known one of another.
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

import { answererOf } from './answerer.js';

/** @import { Instance, MetricsDocument } from './documents' */

/** @typedef {{ time: number, isRestart: boolean }} Start `time` in milliseconds; `isRestart` if an earlier process is gone */

const KEPT_STARTS = 50;

/** The processes that have answered. Behind a load balancer each answer may come from another one, and the page says so. */
export class InstanceLog {
  /** By id, with when it last answered. @type {Map<string, { instance: Instance, answered: number }>} */
  seen = new Map();
  /** The starts of all that have answered, oldest first. @type {readonly Start[]} */
  starts = [];
  /** The start of the other process, by the id of each process that seems to be replaced. @type {Map<string, number>} */
  replaced = new Map();

  /**
   * Adds an answer. Returns whether its process seems to have restarted: it has replaced another one, or was reset.
   *
   * @param {MetricsDocument} document
   * @param {number} now milliseconds, of the server
   */
  add(document, now) {
    const { system_metrics } = document;
    const answerer = answererOf(document);
    const started = Date.parse(system_metrics.start_time);
    // A process that last answered before this start seems gone: this one has replaced it, or is the same after a reset.
    const gone = [...this.seen].filter(([, { answered }]) => answered < started);
    for (const [id] of gone) {
      this.seen.delete(id);
      if (id !== answerer.id) this.replaced.set(id, started);
    }
    this.addStart(started, gone.length > 0);
    this.correct(answerer.id);
    this.seen.set(answerer.id, { instance: answerer, answered: now });
    return gone.length > 0;
  }

  /** @param {number} time @param {boolean} isRestart */
  addStart(time, isRestart) {
    if (this.starts.some((start) => start.time === time)) return;
    this.starts = [...this.starts, { time, isRestart }].sort((a, b) => a.time - b.time).slice(-KEPT_STARTS);
  }

  /** A process that answers again was not replaced: the other one started beside it. @param {string} id */
  correct(id) {
    const time = this.replaced.get(id);
    this.replaced.delete(id);
    this.starts = this.starts.map((start) => (start.time === time ? { time, isRestart: false } : start));
    const kept = new Set(this.starts.map((start) => start.time));
    for (const [other, started] of this.replaced) if (!kept.has(started)) this.replaced.delete(other);
  }

  get all() {
    return [...this.seen.values()].map(({ instance }) => instance);
  }
}

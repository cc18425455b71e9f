/** @import { Instance, MetricsDocument } from './documents' */

/** Behind a load balancer each answer may come from another process: that has to be said. */
export class InstanceLog {
  /** By id, with when it last answered. @type {Map<string, { instance: Instance, answered: number }>} */
  seen = new Map();

  /**
   * Says whether something has begun anew: a process in the place of another, or one after a reset.
   *
   * @param {MetricsDocument} document
   * @param {number} now milliseconds, of the server
   */
  add({ instance, system_metrics }, now) {
    const started = Date.parse(system_metrics.start_time);
    // Who had been silent when this one started is the process that it has replaced, or itself before a reset.
    const gone = [...this.seen].filter(([, { answered }]) => answered < started);
    for (const [id] of gone) this.seen.delete(id);
    this.seen.set(instance.id, { instance, answered: now });
    return gone.length > 0;
  }

  get all() {
    return [...this.seen.values()].map(({ instance }) => instance);
  }
}

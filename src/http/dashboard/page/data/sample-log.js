/** @import { MetricsDocument } from './documents' */

/**
 * @typedef {object} Sample what the document says at one moment
 * @property {number} time milliseconds
 * @property {number} inProgress
 * @property {number} memoryBytes
 * @property {number} lookups
 * @property {number} hits
 * @property {number} tokens
 * @property {number} costUsd
 */

const KEPT_MS = 3_600_000;

/** The course of what the server tells only as it is now, for as long as the page has been open. One log per instance. */
export class SampleLog {
  /** @type {Map<string, Sample[]>} */
  byInstance = new Map();

  /** @param {MetricsDocument} document @param {number} time */
  add({ instance, system_metrics: system }, time) {
    const samples = this.byInstance.get(instance.id) ?? [];
    const last = samples.at(-1);
    // After a reset everything begins anew.
    const begun = last && last.tokens > system.token_usage.total_tokens ? [] : samples;
    begun.push({
      time,
      inProgress: system.requests_in_progress,
      memoryBytes: system.memory_usage_bytes,
      lookups: system.cache_hits + system.cache_misses,
      hits: system.cache_hits,
      tokens: system.token_usage.total_tokens,
      costUsd: system.token_usage.cost_usd,
    });
    this.byInstance.set(
      instance.id,
      begun.filter((sample) => sample.time > time - KEPT_MS),
    );
  }

  /** @param {string} instanceId */
  of(instanceId) {
    return this.byInstance.get(instanceId) ?? [];
  }
}

import { RefusedError } from './metrics-api.js';

/** @import { RequestTree } from './documents' */
/** @import { MetricsApi } from './metrics-api.js' */

const NOT_FOUND = 404;

/** The open request. It stays when the server has forgotten it. */
export class OpenRequest {
  /** Empty if none is open. */
  id = '';
  /** As it was read last. @type {RequestTree | undefined} */
  request;
  /** Whether the server no longer has it, or never had. */
  isGone = false;

  /** Whether it was read and is over. Until then each poll asks for it: another process behind a load balancer may know it. */
  get isSettled() {
    return this.request !== undefined && 'status' in this.request;
  }

  /** @param {string} id */
  select(id) {
    if (id === this.id) return;
    this.id = id;
    this.request = undefined;
    this.isGone = false;
  }

  /** @param {MetricsApi} api */
  async update(api) {
    const { id } = this;
    if (id === '' || this.isSettled) return;
    try {
      const request = await api.request(id);
      // The user may have opened another one meanwhile.
      if (id !== this.id) return;
      this.request = request;
      this.isGone = false;
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === NOT_FOUND)) throw error;
      if (id === this.id) this.isGone = true;
    }
  }
}

import { RefusedError } from './metrics-api.js';

/** @import { FinishedRequest, RunningRequest } from './documents' */
/** @import { MetricsApi } from './metrics-api.js' */
/** @import { ViewState } from './view-state.js' */

/** @typedef {FinishedRequest | RunningRequest} ListedRequest */

const LIMIT = 200;
const NOT_FOUND = 404;
const BAD_REQUEST = 400;

/** The requests of the chosen list, as the server has them. */
export class RequestsFeed {
  /** In the order of the list. @type {readonly ListedRequest[]} */
  requests = [];
  /** The question that they answer. */
  question = '';
  /** Whether the server keeps none: the option `requestHistory` is false. */
  isOff = false;

  /** @param {MetricsApi} api @param {ViewState} view */
  async update(api, view) {
    const query = requestsQuery(view);
    try {
      this.requests = await api.requests(query);
      this.isOff = false;
    } catch (error) {
      const status = error instanceof RefusedError ? error.status : undefined;
      // An address that was edited by hand may be invalid. The list is then empty, and the page keeps polling.
      if (status !== NOT_FOUND && status !== BAD_REQUEST) throw error;
      this.isOff = status === NOT_FOUND;
      this.requests = [];
    }
    this.question = JSON.stringify(query);
  }

  /** Whether they answer the question of this view. @param {ViewState} view */
  answers(view) {
    return this.question === JSON.stringify(requestsQuery(view));
  }
}

/** The query for a view. @param {ViewState} view @returns {Record<string, string | number>} */
export function requestsQuery({ list, ran, called, error, min, span }) {
  // Running requests have not ended, so no span applies to them.
  // The server excludes `since` and includes `until`. A span includes its first millisecond and excludes its end.
  const [since, until] = list === 'running' || span === undefined ? [] : span.map((time) => time - 1);
  const texts = { agent: ran, tool: called, error_type: error, min_ms: min, since, until };
  const given = Object.entries(texts).filter(([, value]) => value !== undefined && value !== '');
  return { view: list, limit: LIMIT, ...Object.fromEntries(given) };
}

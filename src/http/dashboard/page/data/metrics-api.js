/** @import { FleetReport, FleetSilence, FleetRange } from './documents' */
/** @import { MetricsDocument, TrendsDocument, TrendWindow, Execution, RunningExecution } from './documents' */
/** @import { FinishedRequest, RunningRequest, RequestTree } from './documents' */

const TIMEOUT_MS = 10_000;
const TOKEN_KEY = 'agent-metrics-token';

/** The server has answered with an error status. */
export class RefusedError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`The server answers ${status}.`);
    this.status = status;
  }
}

/** The JSON routes. They are next to the page, under any prefix. */
export class MetricsApi {
  /** @param {string} pageUrl */
  constructor(pageUrl) {
    this.base = new URL(pageUrl).pathname.replace(/\/dashboard\/?$/, '');
  }

  /** For this tab only: it is gone when the tab is closed. @param {string} token */
  set token(token) {
    sessionStorage.setItem(TOKEN_KEY, token);
  }

  get hasToken() {
    return sessionStorage.getItem(TOKEN_KEY) !== null;
  }

  /** @returns {Promise<MetricsDocument>} */
  metrics() {
    return this.read('', { format: 'json' });
  }

  /** @param {TrendWindow} window @returns {Promise<TrendsDocument>} */
  trends(window) {
    return this.read('/trends', { window });
  }

  /** Newest first. @param {Record<string, string | number>} query @returns {Promise<Execution[]>} */
  async history(query) {
    /** @type {{ executions: Execution[] }} */
    const { executions } = await this.read('/history', query);
    return executions;
  }

  /** Oldest first. @returns {Promise<RunningExecution[]>} */
  async running() {
    /** @type {{ executions: RunningExecution[] }} */
    const { executions } = await this.read('/running', {});
    return executions;
  }

  /** In the order of the view. @param {Record<string, string | number>} query @returns {Promise<(FinishedRequest | RunningRequest)[]>} */
  async requests(query) {
    /** @type {{ requests: (FinishedRequest | RunningRequest)[] }} */
    const { requests } = await this.read('/requests', query);
    return requests;
  }

  /** A request with all executions inside it. @param {string} id @returns {Promise<RequestTree>} */
  request(id) {
    return this.read(`/requests/${encodeURIComponent(id)}`, {});
  }

  /** Of all instances, or of one. @param {FleetRange} range @param {string} instance @returns {Promise<FleetReport | FleetSilence>} */
  fleet(range, instance) {
    return this.read('/fleet', { range, ...(instance === '' ? {} : { instance }) });
  }

  /**
   * @param {string} route
   * @param {Record<string, string | number>} query
   * @throws {RefusedError} if the server answers with an error status
   */
  async read(route, query) {
    const parameters = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const token = sessionStorage.getItem(TOKEN_KEY);
    const response = await fetch(`${this.base}${route}?${parameters}`, {
      headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new RefusedError(response.status);
    return response.json();
  }
}

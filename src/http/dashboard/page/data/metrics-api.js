/** @import { MetricsDocument, TrendsDocument, TrendWindow, Execution, RunningExecution } from './documents' */

const TIMEOUT_MS = 10_000;
const TOKEN_KEY = 'agent-metrics-token';

/** The server has answered, and not with what was asked for. */
export class RefusedError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`The server answers ${status}.`);
    this.status = status;
  }
}

/** The JSON routes, which stand where the page does, under whatever prefix. */
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

  /**
   * @param {string} route
   * @param {Record<string, string | number>} query
   * @throws {RefusedError} where the server answers and does not give it
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

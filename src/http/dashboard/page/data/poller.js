import { CallLog } from './call-log.js';
import { FailureFeed } from './failure-feed.js';
import { HistoryFeed } from './history-feed.js';
import { InstanceLog } from './instance-log.js';
import { RefusedError } from './metrics-api.js';
import { OpenRequest } from './open-request.js';
import { RequestsFeed } from './requests-feed.js';
import { createSnapshot, serverTime } from './snapshot.js';

/** @import { MetricsApi } from './metrics-api.js' */
/** @import { Snapshot } from './snapshot.js' */
/** @import { ViewState } from './view-state.js' */

const INTERVAL_MS = 1_500;
const LONGEST_INTERVAL_MS = 15_000;
/** The page waits this many times as long as a poll took: polls must not keep a large application busy. */
const REST = 5;

/**
 * @typedef {'connecting' | 'live' | 'paused' | 'away' | 'locked' | 'refused'} ConnectionState
 * `locked`: the server asks for a token; `refused`: it answers, but denies access
 */

/** Polls the server while the page is visible, and calls `onChange` after each poll. */
export class Poller {
  /** @type {ConnectionState} */
  state = 'connecting';
  /** When the state changed last, by the clock of the browser. */
  since = Date.now();
  /** @type {Snapshot | undefined} */
  snapshot;
  /** The HTTP status of the refusal. @type {number | undefined} */
  refusal;
  history = new HistoryFeed();
  requests = new RequestsFeed();
  openRequest = new OpenRequest();
  failures = new FailureFeed();
  calls = new CallLog();
  instances = new InstanceLog();
  isPaused = false;
  /** @type {number | undefined} */
  timer;
  isPolling = false;
  /** Whether the user has chosen something else since the poll began. */
  isOutdated = false;

  /**
   * @param {MetricsApi} api
   * @param {() => ViewState} view
   * @param {() => void} onChange
   */
  constructor(api, view, onChange) {
    this.api = api;
    this.view = view;
    this.onChange = onChange;
    document.addEventListener('visibilitychange', () => this.isPaused || this.ask());
  }

  /** Polls at once, even when paused, since the user may have chosen something new; then at its interval. */
  async ask() {
    clearTimeout(this.timer);
    this.isOutdated = this.isPolling;
    if (this.isPolling || document.hidden) return;
    this.isPolling = true;
    const began = performance.now();
    await this.poll(this.view());
    this.isPolling = false;
    this.onChange();
    if (this.isOutdated) return void this.ask();
    if (this.isPaused || this.state === 'locked') return;
    const rest = this.state === 'away' ? 0 : (performance.now() - began) * REST;
    this.timer = setTimeout(() => this.ask(), Math.min(Math.max(INTERVAL_MS, rest), LONGEST_INTERVAL_MS));
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused = isPaused;
    this.enter(isPaused ? 'paused' : 'connecting');
    this.onChange();
    if (isPaused) clearTimeout(this.timer);
    else void this.ask();
  }

  /** @param {ViewState} view */
  async poll(view) {
    try {
      const { api } = this;
      this.failures.select(view.selected);
      this.openRequest.select(view.request);
      const metrics = await api.metrics();
      const now = serverTime(metrics);
      if (this.instances.add(metrics, now)) this.forget();
      const [trends, running] = await Promise.all([
        api.trends(view.window),
        api.running(),
        this.history.update(api),
        this.requests.update(api, view),
        this.openRequest.update(api),
        this.failures.update(api),
      ]);
      this.calls.add([...this.history.executions, ...this.requests.requests, ...running], metrics);
      this.snapshot = createSnapshot(metrics, trends, running, this.history.executions, this.calls);
      this.enter(this.isPaused ? 'paused' : 'live');
    } catch (error) {
      this.refusal = error instanceof RefusedError ? error.status : undefined;
      this.enter(this.isPaused ? 'paused' : stateAfter(this.refusal));
    }
  }

  /** Forgets the answers of another process, or of this one before a reset. */
  forget() {
    this.history.clear();
    this.calls = new CallLog();
  }

  /** @param {ConnectionState} state */
  enter(state) {
    if (state === this.state) return;
    this.state = state;
    this.since = Date.now();
  }
}

/** @param {number | undefined} status @returns {ConnectionState} */
function stateAfter(status) {
  if (status === 401) return 'locked';
  return status === 403 || status === 404 ? 'refused' : 'away';
}

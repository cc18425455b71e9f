import { FailureFeed } from './failure-feed.js';
import { HistoryFeed } from './history-feed.js';
import { InstanceLog } from './instance-log.js';
import { RefusedError } from './metrics-api.js';
import { SampleLog } from './sample-log.js';
import { createSnapshot, serverTime } from './snapshot.js';

/** @import { MetricsApi } from './metrics-api.js' */
/** @import { Snapshot } from './snapshot.js' */
/** @import { TrendWindow } from './documents' */

const INTERVAL_MS = 1_500;
const LONGEST_INTERVAL_MS = 15_000;
/** A large application takes longer to answer, and must not be kept busy with that: it rests so many times as long. */
const REST = 5;

/**
 * @typedef {'connecting' | 'live' | 'paused' | 'away' | 'locked' | 'refused'} ConnectionState
 * `locked`: a token is asked for; `refused`: it answers, and does not let the page in
 */

/** Asks the server again and again while somebody looks, and tells `onChange` what it has learnt. */
export class Poller {
  /** @type {ConnectionState} */
  state = 'connecting';
  /** Since when it is in this state, by the clock of the browser. */
  since = Date.now();
  /** @type {Snapshot | undefined} */
  snapshot;
  /** The HTTP status that refused. @type {number | undefined} */
  refusal;
  history = new HistoryFeed();
  failures = new FailureFeed();
  samples = new SampleLog();
  instances = new InstanceLog();
  isPaused = false;
  /** @type {number | undefined} */
  timer;
  isPolling = false;

  /**
   * @param {MetricsApi} api
   * @param {() => TrendWindow} window
   * @param {() => void} onChange
   */
  constructor(api, window, onChange) {
    this.api = api;
    this.window = window;
    this.onChange = onChange;
    document.addEventListener('visibilitychange', () => this.pollNow());
  }

  /** At once, and from then on at its pace. */
  async pollNow() {
    clearTimeout(this.timer);
    if (this.isPolling || this.isPaused || document.hidden) return;
    this.isPolling = true;
    const window = this.window();
    const began = performance.now();
    await this.poll(window);
    this.isPolling = false;
    this.onChange();
    if (this.state === 'locked') return;
    const rest = this.state === 'away' ? 0 : (performance.now() - began) * REST;
    const wait = Math.min(Math.max(INTERVAL_MS, rest), LONGEST_INTERVAL_MS);
    // Not where another window was chosen meanwhile.
    this.timer = setTimeout(() => this.pollNow(), window === this.window() ? wait : 0);
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused = isPaused;
    this.enter(isPaused ? 'paused' : 'connecting');
    this.onChange();
    void this.pollNow();
  }

  /** @param {TrendWindow} window */
  async poll(window) {
    try {
      const { api } = this;
      const metrics = await api.metrics();
      const now = serverTime(metrics);
      if (this.instances.add(metrics, now)) this.history.clear();
      this.samples.add(metrics, now);
      const [trends, running] = await Promise.all([
        api.trends(window),
        api.running(),
        this.history.update(api),
        this.failures.update(api),
      ]);
      this.snapshot = createSnapshot(metrics, trends, running, this.history.executions);
      this.enter(this.isPaused ? 'paused' : 'live');
    } catch (error) {
      this.refusal = error instanceof RefusedError ? error.status : undefined;
      this.enter(this.isPaused ? 'paused' : stateAfter(this.refusal));
    }
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

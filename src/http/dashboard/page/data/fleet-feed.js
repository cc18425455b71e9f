/** @import { FleetRange, FleetReport, FleetSilence } from './documents' */
/** @import { MetricsApi } from './metrics-api.js' */

/** Points are at least a quarter of a minute apart, most of them further. */
const INTERVAL_MS = 15_000;

/** The figures of all instances from Prometheus, which is asked only while they are shown. */
export class FleetFeed {
  /** The last answer, which names its range and instance. @type {FleetReport | FleetSilence | undefined} */
  answer;
  isPaused = false;
  /** The number of questions so far. Only the answer to the last one is shown. */
  asked = 0;
  /** @type {number | undefined} */
  timer;

  /**
   * @param {MetricsApi} api
   * @param {() => { range: FleetRange, instance: string } | undefined} question undefined while the fleet is not shown
   * @param {() => void} onChange
   */
  constructor(api, question, onChange) {
    this.api = api;
    this.question = question;
    this.onChange = onChange;
    document.addEventListener('visibilitychange', () => this.isPaused || this.ask());
  }

  /** Asks at once, even when paused, since the user has chosen something; then at its interval. */
  async ask() {
    clearTimeout(this.timer);
    const question = this.question();
    const turn = (this.asked += 1);
    if (question === undefined || document.hidden) return;
    // If the application itself does not answer, the rest of the page says so.
    const answer = await this.api.fleet(question.range, question.instance).catch(() => undefined);
    if (turn !== this.asked) return;
    this.answer = answer ?? this.answer;
    this.onChange();
    if (!this.isPaused) this.timer = setTimeout(() => this.ask(), INTERVAL_MS);
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused = isPaused;
    if (isPaused) clearTimeout(this.timer);
    else void this.ask();
  }
}

import { METRIC_FAMILIES } from '../../export/families/metric-families';
import { metricName } from '../../export/families/metric-name';
import type { FleetTimes } from './fleet-range';

/** In seconds. What is scraped less often has gaps in any graph of Prometheus. */
const LONGEST_SCRAPE_INTERVAL = 300;

/** In seconds: VictoriaMetrics gives one and the same start with a deviation in the last digits. */
export const SAME_START = 1;

/** Which processes are asked about. */
export interface FleetScope {
  readonly prefix: string;
  /** Matchers, each as PromQL has it. */
  readonly matchers: readonly string[];
}

/** Writes what is asked, in the words that Prometheus and VictoriaMetrics have in common. */
export class FleetPromql {
  constructor(
    private readonly scope: FleetScope,
    private readonly times: FleetTimes,
  ) {}

  /** When each process has begun to count: there is one such series a process, as long as it is scraped. */
  get start(): string {
    return this.select('start_time_seconds');
  }

  get range(): string {
    return `${this.times.seconds}s`;
  }

  /** Series of ours. @throws Error where the table of families has none of this name */
  select(sample: string): string {
    return `${metricName(this.scope.prefix, sample)}{${this.scope.matchers.join(', ')}}`;
  }

  rate(counter: string, by: readonly string[]): string {
    return `${sumBy(by)} (rate(${this.select(counter)}[${this.times.rateWindow}s]))`;
  }

  /**
   * How much a counter has grown within the range.
   *
   * Of a process that has begun within the range it is what it has counted, of one that has run through it the difference:
   * both are exact. `increase` is not: it estimates, and does not know of what was counted before the first scrape. It
   * has the rest: processes that have restarted or ended, or that the server knows only since some time within the range.
   * Of one that has restarted it is no less than what the present process has counted: a counter that has caught up
   * with the one before seems to have stood still.
   */
  growth(counter: string, by: readonly string[]): string {
    const { start, range } = this;
    const series = this.select(counter);
    const ofProcess = `and ignoring (${ownLabels(counter).join(', ')})`;
    const isYoung = `${start} >= time() - ${this.times.seconds}`;
    const isFirst = `${isYoung} and ${start} - min_over_time(${start}[${range}]) < ${SAME_START}`;
    const hasRun = `abs(${start} - ${start} offset ${range}) < ${SAME_START}`;
    const difference = `${series} - (${series} offset ${range} or 0 * ${series})`;
    const young = `(${series} ${ofProcess} (${isYoung}))`;
    const estimate = `increase(${series}[${range}])`;
    const ways = [
      `${series} ${ofProcess} (${isFirst})`,
      `(${difference}) ${ofProcess} (${hasRun})`,
      `${estimate} > ${young}`,
      young,
      estimate,
    ];
    return `${sumBy(by)} (${ways.join(' or ')})`;
  }

  /** Of a histogram, over the whole range. */
  quantile(share: number, histogram: string, by: readonly string[]): string {
    return `histogram_quantile(${share}, ${this.growth(`${histogram}_bucket`, [...by, 'le'])})`;
  }

  /** The same, of the last moments. */
  recentQuantile(share: number, histogram: string): string {
    return `histogram_quantile(${share}, ${this.rate(`${histogram}_bucket`, ['le'])})`;
  }

  /** Whether the scraper reaches those that it has read within the range, as far as they are still its targets. */
  get targets(): string {
    const up = `up{${this.scope.matchers.join(', ')}}`;
    return `max by (instance) (${up} and on (job, instance) last_over_time(${this.start}[${this.range}]))`;
  }

  /** When processes have begun, told only of those that were young at the time: there are few. */
  get recentStart(): string {
    const { startStep } = this.times;
    return `max by (instance, worker) (${this.start}) > time() - ${startStep + LONGEST_SCRAPE_INTERVAL}`;
  }
}

/** One answer for several quantiles, each with its share as the label `quantile`. */
export function quantiles(shares: readonly number[], write: (share: number) => string): string {
  return shares.map((share) => `label_replace(${write(share)}, "quantile", "${share}", "", "")`).join(' or ');
}

/** A matcher of one label. Prometheus reads text as Go does, which knows every escape of JSON. */
export function matcherOf(label: string, value: string): string {
  return `${label}=${JSON.stringify(value.toWellFormed())}`;
}

function sumBy(labels: readonly string[]): string {
  return labels.length === 0 ? 'sum' : `sum by (${labels.join(', ')})`;
}

const BUCKET = '_bucket';

/** What tells the series of one process apart. What else they have is the process's: `instance`, `worker` and their like. */
function ownLabels(sample: string): string[] {
  const family = METRIC_FAMILIES.find(({ name, type }) => (type === 'histogram' ? name + BUCKET : name) === sample);
  const { labels, sampleLabel } = family!;
  const last = sample.endsWith(BUCKET) ? 'le' : sampleLabel;
  return [...labels, ...(last === undefined ? [] : [last])];
}

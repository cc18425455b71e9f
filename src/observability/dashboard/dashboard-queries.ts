import { nameBreakdown } from '../../export/families/exposed-families';
import { metricName } from '../../export/families/metric-name';
import { FAILED, type Subject } from '../subject';

/** Of what the dashboard's variables select. */
const PROCESSES = 'job=~"$job", instance=~"$instance"';

/** The variables of what a subject is told apart by. */
const SELECTED: Readonly<Record<string, string>> = {
  agent_: 'agent=~"$agent"',
  tool_: 'agent=~"$agent", tool=~"$tool"',
  model_: 'model=~"$model"',
  model_tokens: 'agent=~"$agent"',
  model_cost: 'agent=~"$agent"',
};

/** The queries of panels. They follow what is selected, and Grafana's interval wherever something is a rate. */
export class DashboardQueries {
  /** @param by what requests are broken down by */
  constructor(
    private readonly prefix: string,
    private readonly by: string,
  ) {}

  /** One of our metrics, as far as it is selected. */
  select(sample: string, ...matchers: readonly string[]): string {
    const variables = Object.entries(SELECTED).filter(([family]) => sample.startsWith(family));
    const all = [PROCESSES, ...variables.map(([, matcher]) => matcher), ...matchers];
    return `${nameBreakdown(metricName(this.prefix, sample), this.by)}{${all.join(', ')}}`;
  }

  /** A metric of prom-client's. */
  process(name: string): string {
    return `${name}{${PROCESSES}}`;
  }

  rate(counter: string, labels: readonly string[], ...matchers: readonly string[]): string {
    return `${sumBy(labels)} (rate(${this.select(counter, ...matchers)}[$__rate_interval]))`;
  }

  /** How much a counter grew within the time that the dashboard shows. */
  growth(counter: string, labels: readonly string[], ...matchers: readonly string[]): string {
    return `${sumBy(labels)} (increase(${this.select(counter, ...matchers)}[$__range]))`;
  }

  /** The 95th percentile within the time that the dashboard shows; no value where nothing ran. */
  quantileOfRange(histogram: string, labels: readonly string[]): string {
    return `histogram_quantile(0.95, ${this.growth(`${histogram}_bucket`, [...labels, 'le'])}) >= 0`;
  }

  /** Those of which a counter grew most, within the time that the dashboard shows. */
  top(count: number, counter: string, labels: readonly string[]): string {
    return `topk(${count}, ${this.growth(counter, labels)})`;
  }

  lastHour(counter: string, labels: readonly string[]): string {
    return `${sumBy(labels)} (increase(${this.select(counter)}[1h]))`;
  }

  /** Errors and timeouts per execution; no value where nothing ran. */
  failureRatio({ executions, labels }: Pick<Subject, 'executions' | 'labels'>): string {
    return `${this.rate(executions, labels, FAILED)} / (${this.rate(executions, labels)} > 0)`;
  }

  quantile(share: number, histogram: string, labels: readonly string[] = []): string {
    return `histogram_quantile(${share}, ${this.rate(`${histogram}_bucket`, [...labels, 'le'])})`;
  }
}

export function sumBy(labels: readonly string[]): string {
  return labels.length === 0 ? 'sum' : `sum by (${labels.join(', ')})`;
}

/** `{{model}} {{provider}}` */
export function legendOf(labels: readonly string[]): string {
  return labels.map((label) => `{{${label}}}`).join(' ');
}

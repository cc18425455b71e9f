import { metricName } from '../../export/families/metric-name';
import { by, FAILED, type Subject } from '../subject';
import type { RecordingRule } from './rule-file';

/** The recorded series by their names, and the rules that record them. */
export class RecordedSeries {
  constructor(private readonly prefix: string) {}

  /** Executions a second. */
  rate({ level, executions }: Subject, window: string): string {
    return `${level}:${this.withoutTotal(executions)}:rate${window}`;
  }

  recordRate(subject: Subject, window: string): RecordingRule {
    const executions = metricName(this.prefix, subject.executions);
    return {
      record: this.rate(subject, window),
      expr: `sum ${by(...subject.labels)} (rate(${executions}[${window}]))`,
    };
  }

  /** Errors and timeouts per execution. */
  failureRatio({ level, executions }: Subject, window: string): string {
    return `${level}:${this.prefix}_${level}_failures_per_${executions.split('_')[1]}:ratio_rate${window}`;
  }

  /** Where nothing ran there is no ratio rather than a NaN. */
  recordFailureRatio(subject: Subject, window: string): RecordingRule {
    const executions = metricName(this.prefix, subject.executions);
    const failures = `sum ${by(...subject.labels)} (rate(${executions}{${FAILED}}[${window}]))`;
    return {
      record: this.failureRatio(subject, window),
      expr: `${failures}\n/\n(${this.rate(subject, window)} > 0)`,
    };
  }

  /** The 95th percentile in seconds, over all processes. */
  p95({ level, durations }: Subject, window: string): string {
    return `${level}:${this.prefix}_${durations}:p95_rate${window}`;
  }

  recordP95(subject: Subject, window: string): RecordingRule {
    const buckets = metricName(this.prefix, `${subject.durations}_bucket`);
    const rates = `sum ${by(...subject.labels, 'le')} (rate(${buckets}[${window}]))`;
    return { record: this.p95(subject, window), expr: `histogram_quantile(0.95, ${rates})` };
  }

  /** US dollars of the last hour, by agent. */
  get agentCost(): string {
    return `agent:${this.prefix}_model_cost_usd:increase1h`;
  }

  /** US dollars of the last hour, by application. */
  get cost(): string {
    return `job:${this.prefix}_model_cost_usd:increase1h`;
  }

  recordCosts(): RecordingRule[] {
    const cost = metricName(this.prefix, 'model_cost_usd_total');
    return [
      { record: this.agentCost, expr: `sum ${by('agent')} (increase(${cost}[1h]))` },
      { record: this.cost, expr: `sum ${by()} (${this.agentCost})` },
    ];
  }

  /** Look-ups a second, by cache. */
  lookupRate(window: string): string {
    return `cache:${this.prefix}_cache_lookups:rate${window}`;
  }

  /** Hits per look-up, by cache. */
  hitRatio(window: string): string {
    return `cache:${this.prefix}_cache_hits_per_lookups:ratio_rate${window}`;
  }

  recordHitRatio(window: string): RecordingRule[] {
    const rateOf = (family: string) => `sum ${by('cache')} (rate(${metricName(this.prefix, family)}[${window}]))`;
    const hits = rateOf('cache_hits_total');
    return [
      { record: this.lookupRate(window), expr: `${hits}\n+\n${rateOf('cache_misses_total')}` },
      { record: this.hitRatio(window), expr: `${hits}\n/\n(${this.lookupRate(window)} > 0)` },
    ];
  }

  private withoutTotal(counter: string): string {
    return metricName(this.prefix, counter).replace(/_total$/, '');
  }
}

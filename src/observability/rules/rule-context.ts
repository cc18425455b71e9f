import { metricName } from '../../export/families/metric-name';
import type { ObservabilitySettings } from '../settings';
import type { Subject } from '../subject';
import { secondsOf, type Timing } from '../timing';
import { RecordedSeries } from './recorded-series';
import type { AlertingRule } from './rule-file';

interface AlertDescription {
  readonly severity: AlertingRule['labels']['severity'];
  readonly expr: string;
  readonly summary: string;
  readonly description: string;
  /** Whether it has to last before the alert fires. A ratio over a long window has lasted already. @default true */
  readonly hold?: boolean;
}

/** What every group of rules is made with. */
export class RuleContext {
  readonly series: RecordedSeries;

  constructor(
    readonly settings: ObservabilitySettings,
    readonly timing: Timing,
  ) {
    this.series = new RecordedSeries(settings.prefix);
  }

  metric(sample: string): string {
    return metricName(this.settings.prefix, sample);
  }

  alert(name: string, { severity, expr, summary, description, hold = true }: AlertDescription): AlertingRule {
    const runbook_url = `${this.settings.runbooks}#${name.toLowerCase()}`;
    return {
      alert: name,
      expr,
      for: hold ? this.timing.hold : undefined,
      labels: { severity },
      annotations: { summary, description, runbook_url },
    };
  }

  /** Holds where there was enough traffic for a ratio or a percentile to say something. */
  enough(rate: string, window: string): string {
    return `${rate} * ${secondsOf(window)} >= ${this.settings.minExecutions}`;
  }

  enoughExecutions(subject: Subject, window: string): string {
    return this.enough(this.series.rate(subject, window), window);
  }

  /** The 95th percentile is above its target. */
  isSlow(subject: Subject, targetSeconds: number): string {
    const { window } = this.timing;
    return `${this.series.p95(subject, window)} > ${targetSeconds}\nand ${this.enoughExecutions(subject, window)}`;
  }
}

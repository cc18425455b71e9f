import { VERSION } from '../../version';
import { addLastReader, readableOf, type LastReader, type ReadableApplication } from '../families/readable-application';
import type { MetricData } from './metric-data';
import type { NamingOptions } from './metric-naming';
import { collectMetrics } from './open-telemetry.exporter';

/** The metrics of one application. */
export interface ScopeMetrics {
  /** This package, and its version. */
  readonly scope: {
    /** `nestjs-agent-metrics` */
    readonly name: string;
    /** As in its package.json. */
    readonly version: string;
  };
  /** Those that have points. */
  readonly metrics: MetricData[];
}

/** Which application is read. */
export interface ReadSubject {
  /** A part of each application in question, by which it is found. */
  readonly find: () => readonly object[];
  /** Whether the user names it, or it has to be the only one that is live. */
  readonly isNamed: boolean;
}

/** What was read, and what went wrong. */
export interface Reading {
  readonly scopeMetrics: ScopeMetrics[];
  readonly errors: unknown[];
}

const SEVERAL_LIVE =
  'Several applications are live, so no metrics of any go to OpenTelemetry. Give agentMetricsProducer the option ' +
  '"collector": the MetricsCollector of one of them.';

/**
 * Reads an application for OpenTelemetry whenever it is asked. One that closes in between is read once more at the next time:
 * its last executions end as it closes, and the exporter of its metrics is often stopped after it.
 */
export class ApplicationReader implements LastReader {
  private closedSince: ReadableApplication | undefined;

  constructor(
    private readonly subject: ReadSubject,
    private readonly names: Pick<NamingOptions, 'names' | 'legacy'>,
  ) {
    addLastReader(this);
  }

  closed(application: ReadableApplication): void {
    const parts = this.find([]);
    const isOurs = this.subject.isNamed ? readableOf(parts[0] ?? {}) === application : parts.length === 0;
    if (isOurs) this.closedSince = application;
  }

  /** Never rejects. */
  async read(): Promise<Reading> {
    const reading: Reading = { scopeMetrics: [], errors: [] };
    const closedSince = this.closedSince;
    this.closedSince = undefined;
    // The older first: a receiver may want the samples of a series in their order.
    if (closedSince !== undefined) await this.add(closedSince, reading);
    const live = this.findLive(reading);
    if (live !== undefined) await this.add(live, reading);
    return reading;
  }

  private findLive({ errors }: Reading): ReadableApplication | undefined {
    const found = this.find(errors).map(readableOf);
    const newest = found.at(-1);
    if (found.length <= 1) return newest?.closedAt === undefined ? newest : undefined;
    newest?.warnOnce('several for OpenTelemetry', SEVERAL_LIVE);
    errors.push(new Error(SEVERAL_LIVE));
    return undefined;
  }

  private find(errors: unknown[]): readonly object[] {
    try {
      return this.subject.find();
    } catch (fault) {
      errors.push(fault);
      return [];
    }
  }

  private async add(application: ReadableApplication, { scopeMetrics, errors }: Reading): Promise<void> {
    try {
      const metrics = await collectMetrics(application, this.names);
      scopeMetrics.push({ scope: { name: 'nestjs-agent-metrics', version: VERSION }, metrics });
    } catch (fault) {
      application.report('collecting metrics for OpenTelemetry', fault);
      errors.push(fault);
    }
  }
}

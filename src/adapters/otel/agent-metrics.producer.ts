import { ApplicationReader, type ReadSubject, type ScopeMetrics } from '../../export/open-telemetry/application-reader';
import type { MetricsCollector } from '../../index';
import { describeValue } from '../../runtime/described-value';
import { liveApplications } from '../../tracking/adapting/live-applications';

/** How `agentMetricsProducer` calls metrics, and whose they are. */
export interface AgentMetricsProducerOptions {
  /**
   * `'gen_ai'`: names and attributes of the GenAI conventions where they have some, the option `prefix` of the module before all
   * others. `'crew'`: names that become those of `/metrics` in Prometheus, with its labels as attributes.
   *
   * @default 'gen_ai'
   */
  readonly names?: 'gen_ai' | 'crew';
  /**
   * Together with `'gen_ai'`: also `gen_ai.client.token.usage`, which the conventions have removed and backends chart still. It has
   * sums and counts, and no buckets. @default false
   */
  readonly legacy?: boolean;
  /**
   * Whose metrics, where several applications of the process have the module: the collector of one, or a function that
   * gives it as soon as there is one.
   *
   * @default that of the only live application
   */
  readonly collector?: MetricsCollector | (() => MetricsCollector | undefined);
}

/** A `Resource` of the SDK. A reader keeps the one of its own `MeterProvider`, and not this. */
export interface ProducedResource {
  /** None. */
  readonly attributes: Record<string, never>;
  /** The other one. */
  merge<Other>(other: Other | null): Other;
  /** None. */
  getRawAttributes(): [];
}

/** A `CollectionResult` of the SDK. */
export interface ProducedMetrics {
  /** Of the application. */
  readonly resourceMetrics: {
    /** An empty one. */
    readonly resource: ProducedResource;
    /** One, or none where no application is live. */
    readonly scopeMetrics: ScopeMetrics[];
  };
  /** What the SDK logs. */
  readonly errors: unknown[];
}

/** A `MetricProducer` of the OpenTelemetry SDK, 2.x and 3.x. */
export interface AgentMetricsProducer {
  /** Called by the SDK's readers. It never rejects. */
  collect(): Promise<ProducedMetrics>;
}

const SCHEMES = ['gen_ai', 'crew'] as const;

const RESOURCE: ProducedResource = {
  attributes: {},
  merge: <Other>(other: Other | null) => (other ?? RESOURCE) as Other,
  getRawAttributes: () => [],
};

/**
 * Produces all metrics of the application for the metric readers of the OpenTelemetry SDK, which handle endpoint,
 * interval, flush and shutdown. Each reader needs a producer of its own. Values are cumulative since their start
 * times and equal those of `/metrics`. Process metrics are not included.
 *
 * Without a live application there is nothing to collect. The last numbers of a closing application are in the next
 * collection, so shut the SDK down after the application.
 *
 * @throws TypeError where an option is none of its values
 *
 * @example
 * const reader = new PeriodicExportingMetricReader({
 *   exporter: new OTLPMetricExporter(),
 *   metricProducers: [agentMetricsProducer()],
 * });
 * new NodeSDK({ metricReaders: [reader] }).start();
 */
export function agentMetricsProducer(options: AgentMetricsProducerOptions = {}): AgentMetricsProducer {
  const { names = 'gen_ai', legacy = false, collector } = options;
  if (!SCHEMES.includes(names)) throw wrongOption('names', names, "'gen_ai' or 'crew'");
  if (typeof legacy !== 'boolean') throw wrongOption('legacy', legacy, 'true or false');
  if (collector !== undefined && typeof collector !== 'function' && !isObject(collector))
    throw wrongOption('collector', collector, 'a MetricsCollector, or a function that gives one');
  const reader = new ApplicationReader(subjectOf(collector), { names, legacy });
  return {
    async collect() {
      const { scopeMetrics, errors } = await reader.read();
      return { resourceMetrics: { resource: RESOURCE, scopeMetrics }, errors };
    },
  };
}

function subjectOf(collector: AgentMetricsProducerOptions['collector']): ReadSubject {
  if (collector === undefined) return { find: liveApplications, isNamed: false };
  const find = () => (typeof collector === 'function' ? collector() : collector);
  return { find: () => [find() ?? []].flat(), isNamed: true };
}

/** Not asked for its class: it may be of another copy of this package. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function wrongOption(name: string, value: unknown, allowed: string): TypeError {
  return new TypeError(`agentMetricsProducer: the option "${name}" is ${describeValue(value)}; it must be ${allowed}.`);
}

import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { MetricFamily } from '../families/metric-families';
import { BridgedValues } from './bridged-values';
import type { ClientRegistry } from './client-registry';
import type { SharedScrape } from './shared-scrape';

/** A metric in the registry of a client, ours or the user's: what the registry itself asks of it. */
export interface RegisteredMetric {
  name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  get(): Promise<MetricObjectWithValues<MetricValue<string>>>;
  reset(): void;
}

/** Marks our metrics in a registry, those of another copy of this package too. */
const BRIDGED = Symbol.for('nestjs-agent-metrics@1:bridged');

export function isBridged(metric: object): boolean {
  return BRIDGED in metric;
}

/**
 * One of our families as a metric of a client's registry: `registry.metrics()`, a Pushgateway or a cluster's
 * aggregation see it like any other. It has no values of its own and reads the application's when it is asked.
 */
export class BridgedMetric implements RegisteredMetric {
  readonly [BRIDGED] = true;
  /** Writable: an OpenMetrics `metrics()` of a registry strips `_total` from it for good. */
  name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;

  constructor(
    private readonly family: MetricFamily,
    private readonly scrape: SharedScrape,
    prefix: string,
    private readonly defaultLabels: Readonly<Record<string, string>>,
  ) {
    this.name = `${prefix}_${family.name}`;
    this.help = family.help;
    this.type = family.type;
    this.aggregator = family.aggregator ?? 'sum';
  }

  async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const { name, help, type, aggregator, family, defaultLabels } = this;
    const content = family.read(await this.scrape.take());
    const { values } = new BridgedValues(name, family, defaultLabels).add(content);
    // prom-client types `type` as a numeric enum, and has it as a text.
    return { name, help, type, aggregator, values } as unknown as MetricObjectWithValues<MetricValue<string>>;
  }

  /** `registry.resetMetrics()` resets what a registry holds; what we expose is reset by the collector alone. */
  reset(): void {}
}

/** Who has stood under a name in a registry, the newest last: it owns the name. */
const claims = new WeakMap<ClientRegistry, Map<string, object[]>>();

/**
 * Registers metrics under their names and says how to take them out again. Of several applications in one registry the
 * newest owns the names; another metric under such a name gives way, which `onClash` is told of, and comes
 * back in the end.
 */
export function register(
  registry: ClientRegistry,
  metrics: readonly BridgedMetric[],
  onClash: (name: string) => void,
): () => void {
  const claimed = metrics.map((metric) => ({ metric, owners: ownersOf(registry, metric.name), name: metric.name }));
  for (const { metric, owners, name } of claimed) {
    const present = registry.getSingleMetric(name);
    if (present !== undefined && !owners.includes(present)) owners.push(present);
    if (present !== undefined && !isBridged(present)) onClash(name);
    owners.push(metric);
    place(registry, name, metric);
  }
  return () => {
    for (const { metric, owners, name } of claimed) {
      owners.splice(owners.indexOf(metric), 1);
      // A metric that others have put here since stays.
      if (registry.getSingleMetric(name) === metric) place(registry, name, owners.at(-1));
    }
  };
}

function ownersOf(registry: ClientRegistry, name: string): object[] {
  const names = claims.get(registry) ?? new Map<string, object[]>();
  const owners = names.get(name) ?? [];
  claims.set(registry, names.set(name, owners));
  return owners;
}

function place(registry: ClientRegistry, name: string, metric: object | undefined): void {
  registry.removeSingleMetric(name);
  if (metric === undefined) return;
  // An OpenMetrics `metrics()` may have shortened it since; the registry files a metric under the name that it has.
  Object.assign(metric, { name });
  registry.registerMetric(metric);
}

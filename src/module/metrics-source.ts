import { beginHistory } from '../collection/reading/history.reader';
import { beginTrends } from '../collection/reading/trends.reader';
import { trendsPartSteps } from '../export/parts/trends-part';
import { LongAnswers, MachineAnswers, SharedTexts } from '../http/answers/answers';
import type { MetricsSource } from '../http/answers/metrics-source';
import type { MetricsEndpoint } from '../http/endpoint-check';
import { knowsFleet } from '../http/fleet/dashboard-options';
import type { Fleet } from '../http/fleet/fleet';
import { openFleet } from '../http/fleet/fleet.door';
import type { MetricsApplication } from './metrics-application';
import type { ResolvedMetricsOptions } from './metrics.options';

/** What the routes of an application answer from. */
export function createSource(
  application: MetricsApplication,
  options: ResolvedMetricsOptions,
  endpoint: MetricsEndpoint | undefined,
): MetricsSource {
  const texts = new SharedTexts((format, signal, timeLimitMs) =>
    application.export.bytes(format, { signal, timeLimitMs }),
  );
  const parts = new SharedTexts((format, signal, timeLimitMs) =>
    application.export.part(format, { signal, timeLimitMs }),
  );
  return {
    collector: application.collector,
    export: (...asked) => texts.export(...asked),
    beginHistory: (filter) => beginHistory(application.store, filter),
    beginRunning: () => application.beginRunning(),
    beginTrends: (options) => beginTrends(application.store, options),
    exportPart: (...asked) => parts.export(...asked),
    trendsPart: (options) => (out) => trendsPartSteps(out, application.store, options),
    machine: createMachineAnswers(application, parts, options),
    keepsRequests: options.requestHistory !== false,
    breakdownBy: options.breakdown?.by,
    fleet: createFleet(endpoint, application, options),
    longAnswers: new LongAnswers(),
    defaultFormat: options.defaultFormat,
  };
}

function createMachineAnswers(
  application: MetricsApplication,
  parts: SharedTexts,
  { prefix, defaultLabels }: ResolvedMetricsOptions,
): MachineAnswers | undefined {
  const { member, store } = application;
  if (member === undefined) return undefined;
  return new MachineAnswers(member, {
    prefix,
    defaultLabels,
    instanceId: store.instanceId,
    wallTime: () => store.clock.wallTime(),
    exportPart: (...asked) => parts.export(...asked),
    onClash: (name) => application.warnOfMixedFamily(name),
  });
}

function createFleet(
  endpoint: MetricsEndpoint | undefined,
  { faults }: MetricsApplication,
  { prefix }: ResolvedMetricsOptions,
): Fleet | undefined {
  const { dashboard } = endpoint ?? {};
  if (typeof dashboard !== 'object' || !knowsFleet(dashboard)) return undefined;
  const { Fleet } = openFleet();
  return new Fleet({ options: dashboard, prefix, warnOnce: (kind, message) => faults.warnOnce(kind, message) });
}

import { findModelFault } from '../../collection/executions/record-reader';
import type { MetricsStore } from '../../collection/metrics-store';
import { completeTokens } from '../../collection/models/token-usage';
import { ModelSeries, type CountedSeries } from '../../collection/series/execution-series';
import type { ModelUsage, ReportedUsage } from '../declaring/execution-options';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { FaultLog } from '../fault-log';

/** A model call that has come to its end. */
interface ModelCall {
  /** As the caller names the model; the series may be that of `__other__`. */
  readonly name: string;
  readonly spec: Pick<ExecutionSpec, 'provider' | 'usage'>;
  readonly series: CountedSeries | undefined;
  readonly host: { readonly store: MetricsStore; readonly faults: FaultLog };
}

/** Counts the tokens that a model call reports in its result, at once or later. */
export function addUsage(call: ModelCall, result: unknown): void {
  const { spec, series, host } = call;
  if (!(series instanceof ModelSeries) || !host.store.enabled) return;
  const reported = host.faults.attempt('usage', () => spec.usage?.(result));
  const count = (usage: ModelUsage | undefined) => countUsage(call, series, usage);
  if (!isPromiseLike(reported)) count(reported);
  else
    void Promise.resolve(reported)
      .then(count)
      .catch((fault: unknown) => host.faults.report('usage', fault));
}

function countUsage({ name, spec, host }: ModelCall, series: ModelSeries, usage: ModelUsage | undefined): void {
  if (usage === undefined || usage === null) return;
  const fault = findModelFault({ ...usage, model: name });
  if (fault !== undefined) {
    return host.faults.warnOnce('usage', `The option "usage" returned an invalid ${fault.field}; it was dropped.`);
  }
  const tokens = completeTokens(usage);
  series.tokens.add(tokens, usage.costUsd ?? host.store.prices.costOf(tokens, name, spec.provider));
}

function isPromiseLike(reported: ReportedUsage): reported is PromiseLike<ModelUsage | undefined> {
  return typeof (reported as { then?: unknown } | undefined)?.then === 'function';
}

import { findModelFault } from '../../collection/executions/execution-records';
import { completeTokens } from '../../collection/models/token-usage';
import { ModelSeries } from '../../collection/series/execution-series';
import type { ModelUsage, ReportedUsage } from '../declaring/execution-options';
import type { LiveExecution } from './live-execution';

/** Counts the tokens that a model call reports in its result, at once or later. */
export function addUsage(execution: LiveExecution, result: unknown): void {
  const { spec, series, host } = execution;
  if (!(series instanceof ModelSeries) || !host.store.enabled) return;
  const reported = host.faults.guard('usage', () => spec.usage?.(result));
  const count = (usage: ModelUsage | undefined) => countUsage(execution, series, usage);
  if (!isPromiseLike(reported)) count(reported);
  else void Promise.resolve(reported).then(count, (fault: unknown) => host.faults.report('usage', fault));
}

/** The model is priced as the call names it; the series may be that of `__other__`. */
function countUsage({ name, spec, host }: LiveExecution, series: ModelSeries, usage: ModelUsage | undefined): void {
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

import type { RuleContext } from './rule-context';
import type { AlertingRule, RuleGroup } from './rule-file';

export function cacheRules(context: RuleContext): RuleGroup {
  const { settings, timing, series } = context;
  const windows = [timing.window, timing.reference];
  return {
    name: `${settings.prefix}_caches`,
    rules: [...windows.flatMap((window) => series.recordHitRatio(window)), collapse(context)],
  };
}

function collapse(context: RuleContext): AlertingRule {
  const { settings, timing, series } = context;
  const { window, reference } = timing;
  return context.alert('CacheHitRatioCollapsed', {
    severity: 'warning',
    expr: [
      `${series.hitRatio(window)} < ${settings.cacheDropRatio} * ${series.hitRatio(reference)}`,
      `and ${context.enough(series.lookupRate(window), window)}`,
    ].join('\n'),
    summary: 'Cache {{ $labels.cache }} hardly hits any more',
    description: `{{ $value | humanizePercentage }} of its look-ups within ${window} hit, which is far less than within ${reference}.`,
  });
}

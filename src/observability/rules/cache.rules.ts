import { APPLICATION_LABELS } from '../subject';
import { secondsOf } from '../timing';
import { PERCENTAGE, recordedPercentage } from './figures';
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
  const usual = series.hitRatio(reference);
  const hours = secondsOf(reference) / 3_600;
  const before = recordedPercentage(usual, [...APPLICATION_LABELS, 'cache'], ` (${hours} h: `, ')');
  return context.alert('CacheHitRatioCollapsed', {
    severity: 'warning',
    expr: [
      `${series.hitRatio(window)} < ${settings.cacheDropRatio} * ${usual}`,
      `and ${context.enough(series.lookupRate(window), window)}`,
    ].join('\n'),
    summary: `Cache {{ $labels.cache }} hit rate fell to ${PERCENTAGE}${before}`,
    description:
      `${PERCENTAGE} of its look-ups within ${window} hit, which is far less than within ${reference}. ` +
      'Look first at whether it was emptied, as by a deployment, or whether its keys changed.',
  });
}

import { by } from '../subject';
import { grew } from './counter-growth';
import type { RuleContext } from './rule-context';
import type { AlertingRule, RuleGroup } from './rule-file';

const BYTES_PER_MIB = 2 ** 20;

export function processRules(context: RuleContext): RuleGroup {
  return {
    name: `${context.settings.prefix}_processes`,
    rules: [targetDown(context), absent(context), seriesDropped(context), eventLoopLag(context), memory(context)],
  };
}

function targetDown(context: RuleContext): AlertingRule {
  return context.alert('AgentMetricsTargetDown', {
    severity: 'critical',
    expr: `up{${ofJob(context)}} == 0`,
    summary: '{{ $labels.instance }} cannot be scraped',
    description: 'Prometheus gets no metrics from this process: it is down, or its endpoint refuses or is slow.',
  });
}

/** Also where targets answer, but with something else: the JSON, another prefix, a page to log in. */
function absent(context: RuleContext): AlertingRule {
  const { job } = context.settings;
  return context.alert('AgentMetricsAbsent', {
    severity: 'critical',
    expr: `absent(${context.metric('start_time_seconds')}{${ofJob(context)}})`,
    summary: `Nothing is known of ${job}`,
    description: `No process of the job ${job} has metrics of agents, so that none of the other alerts can fire.`,
  });
}

function seriesDropped(context: RuleContext): AlertingRule {
  return context.alert('AgentSeriesDropped', {
    severity: 'warning',
    expr: grew(context.metric('dropped_series_total'), by('family')),
    summary: 'Names in {{ $labels.family }} are counted as __other__',
    description: 'There are more names than the option "maxSeries" allows.',
    hold: false,
  });
}

function eventLoopLag(context: RuleContext): AlertingRule {
  const { eventLoopLagSeconds } = context.settings;
  return context.alert('NodeEventLoopLag', {
    severity: 'warning',
    expr: `nodejs_eventloop_lag_p99_seconds{${ofJob(context)}} > ${eventLoopLagSeconds}`,
    summary: 'The event loop of {{ $labels.instance }} is blocked',
    description: `It answers up to {{ $value | humanizeDuration }} late, the limit is ${eventLoopLagSeconds}s.`,
  });
}

function memory(context: RuleContext): AlertingRule {
  const { memoryLimitMib } = context.settings;
  const threshold = Math.round(0.9 * memoryLimitMib * BYTES_PER_MIB);
  return context.alert('NodeMemoryNearLimit', {
    severity: 'warning',
    expr: `${context.metric('memory_usage_bytes')} > ${threshold}`,
    summary: '{{ $labels.instance }} is about to run out of memory',
    description: `It uses {{ $value | humanize1024 }}B of ${memoryLimitMib} MiB.`,
  });
}

function ofJob({ settings }: RuleContext): string {
  return `job="${settings.job}"`;
}

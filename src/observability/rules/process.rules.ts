import { by } from '../subject';
import { grew } from './counter-growth';
import { COUNT, DURATION } from './figures';
import type { RuleContext } from './rule-context';
import type { AlertingRule, RuleGroup } from './rule-file';

const BYTES_PER_MIB = 2 ** 20;

export function processRules(context: RuleContext): RuleGroup {
  return {
    name: `${context.settings.prefix}_processes`,
    rules: [
      targetDown(context),
      absent(context),
      workerSilent(context),
      seriesDropped(context),
      eventLoopLag(context),
      memory(context),
    ],
  };
}

function targetDown(context: RuleContext): AlertingRule {
  return context.alert('AgentMetricsTargetDown', {
    severity: 'critical',
    expr: `up{${ofJob(context)}} == 0`,
    summary: '{{ $labels.instance }} cannot be scraped',
    description:
      'Prometheus gets no metrics from this process: it is down, or its endpoint refuses or is slow. ' +
      'Look first at the page "Targets" of Prometheus: it has the error.',
  });
}

/** Also where targets answer, but with something else: the JSON, another prefix, a page to log in. */
function absent(context: RuleContext): AlertingRule {
  const { job } = context.settings;
  return context.alert('AgentMetricsAbsent', {
    severity: 'critical',
    expr: `absent(${context.metric('start_time_seconds')}{${ofJob(context)}})`,
    summary: `No agent metrics scraped from job ${job}`,
    description:
      `No process of the job ${job} has metrics of agents, so that none of the other alerts can fire. ` +
      'Look first at the page "Targets" of Prometheus: there may be none, or they answer with something else.',
  });
}

/** Of several processes behind one target, which is up all the same. */
function workerSilent(context: RuleContext): AlertingRule {
  return context.alert('AgentWorkerSilent', {
    severity: 'warning',
    expr: `${context.metric('workers')}{state="silent"} > 0`,
    summary: '{{ $labels.instance }}: {{ $value }} process{{ if ne $value 1.0 }}es{{ end }} not answering',
    description:
      'A process hangs or is stopped: its figures are missing, and what it was asked for is not done. ' +
      'Look first at "instances" of GET /metrics: it has the pid.',
  });
}

function seriesDropped(context: RuleContext): AlertingRule {
  return context.alert('AgentSeriesDropped', {
    severity: 'warning',
    expr: grew(context.metric('dropped_series_total'), by('family')),
    summary: '{{ $labels.family }}: above maxSeries, counted as __other__',
    description:
      `There are more names than the option "maxSeries" allows: ${COUNT} executions of the last hour have no series of ` +
      'their own. Look first for a name that holds an id: GET /metrics lists all names.',
    hold: false,
  });
}

function eventLoopLag(context: RuleContext): AlertingRule {
  const { eventLoopLagSeconds } = context.settings;
  return context.alert('NodeEventLoopLag', {
    severity: 'warning',
    expr: `nodejs_eventloop_lag_p99_seconds{${ofJob(context)}} > ${eventLoopLagSeconds}`,
    summary: `{{ $labels.instance }}: event loop ${DURATION} late (limit ${eventLoopLagSeconds}s)`,
    description:
      `Timers fire up to ${DURATION} late: everything in this process waits, and all durations look longer. ` +
      'Look first at a CPU profile of it.',
  });
}

function memory(context: RuleContext): AlertingRule {
  const { memoryLimitMib } = context.settings;
  const threshold = Math.round(0.9 * memoryLimitMib * BYTES_PER_MIB);
  return context.alert('NodeMemoryNearLimit', {
    severity: 'warning',
    expr: `${context.metric('memory_usage_bytes')} > ${threshold}`,
    summary: `{{ $labels.instance }}: memory {{ $value | humanize1024 }}B of ${memoryLimitMib}MiB`,
    description:
      `At ${memoryLimitMib}MiB it may be killed, and what runs in it is lost. ` +
      'Look first at whether the memory climbs with the requests in progress, or all the time.',
  });
}

function ofJob({ settings }: RuleContext): string {
  return `job="${settings.job}"`;
}

import type { FleetAnswers } from './fleet-answers';
import { SAME_START } from './fleet-promql';
import type { FleetQueryName } from './fleet-queries';
import type {
  FleetAgent,
  FleetCourses,
  FleetInstance,
  FleetModel,
  FleetQuestion,
  FleetReport,
  FleetStart,
  FleetSystem,
} from './fleet-report';

/** The newest are told. A fleet that begins anew more often has other troubles. */
const MAX_STARTS = 200;

/** Puts the answers together as they are read. */
export function reportFleet(
  question: FleetQuestion,
  answers: FleetAnswers,
  missing: readonly FleetQueryName[],
): FleetReport {
  const { start, now } = answers.moments;
  const starts = startsOf(answers);
  return {
    ...question,
    reason: undefined,
    missing,
    startTime: dateOf(start),
    endTime: dateOf(now),
    system: systemOf(question, answers),
    agents: agentsOf(answers),
    models: modelsOf(answers),
    instances: instancesOf(answers, starts),
    starts: starts.filter(({ instance }) => (question.instance ?? instance) === instance).slice(-MAX_STARTS),
    courses: coursesOf(answers),
  };
}

function systemOf({ instance }: FleetQuestion, answers: FleetAnswers): FleetSystem {
  const chosen: Record<string, string> = instance === undefined ? {} : { instance };
  return {
    ...requestsOf(answers, chosen),
    p50Seconds: answers.sum('durations', { quantile: '0.5' }),
    p95Seconds: answers.sum('durations', { quantile: '0.95' }),
    p99Seconds: answers.sum('durations', { quantile: '0.99' }),
    requestsInProgress: answers.sum('in_progress', chosen),
    totalTokens: answers.count('tokens'),
    costUsd: answers.sum('cost'),
    unpricedCalls: answers.count('unpriced_calls'),
  };
}

function requestsOf(answers: FleetAnswers, labels: Readonly<Record<string, string>>) {
  const ofStatus = (status: string) => answers.count('requests', { ...labels, status });
  const [success, error, timeout, cancelled] = ['success', 'error', 'timeout', 'cancelled'].map(ofStatus);
  const failed = plus(error, timeout);
  const total = plus(plus(success, failed), cancelled);
  return {
    totalRequests: total,
    successfulRequests: success,
    failedRequests: failed,
    cancelledRequests: cancelled,
    errorRate: share(failed, total),
  };
}

function agentsOf(answers: FleetAnswers): FleetAgent[] {
  const agents = answers.namesOf('agents', 'agent').map((agent): FleetAgent => {
    const ofStatus = (status: string) => answers.count('agents', { agent, status }) ?? 0;
    const [successCount, errorCount, timeoutCount] = [ofStatus('success'), ofStatus('error'), ofStatus('timeout')];
    const cancelledCount = ofStatus('cancelled');
    const executionCount = successCount + errorCount + timeoutCount + cancelledCount;
    return {
      agentId: agent,
      executionCount,
      successCount,
      errorCount,
      timeoutCount,
      cancelledCount,
      errorRate: share(errorCount + timeoutCount, executionCount),
      p95Seconds: answers.sum('agent_p95', { agent }),
      costUsd: answers.sum('cost', { agent }),
    };
  });
  return agents.sort((a, b) => b.executionCount - a.executionCount || compare(a.agentId, b.agentId));
}

function modelsOf(answers: FleetAnswers): FleetModel[] {
  const models = answers.namesOf('tokens', 'model').map((model): FleetModel => {
    const ofTypes = (...types: string[]) =>
      types.reduce((sum, type) => sum + (answers.count('tokens', { model, type }) ?? 0), 0);
    const inputTokens = ofTypes('input', 'cached_input', 'cache_write');
    const outputTokens = ofTypes('output', 'reasoning');
    return { model, inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  });
  return models.sort((a, b) => b.totalTokens - a.totalTokens || compare(a.model, b.model));
}

function instancesOf(answers: FleetAnswers, starts: readonly FleetStart[]): FleetInstance[] {
  const { now } = answers.moments;
  const instances = answers.namesOf('instances', 'instance').map((instance): FleetInstance => {
    const running = answers.sum('running', { instance });
    const start = running ?? answers.sum('instances', { instance });
    const { totalRequests, failedRequests, errorRate } = requestsOf(answers, { instance });
    return {
      instance,
      state: running !== undefined ? 'up' : answers.sum('targets', { instance }) === undefined ? 'gone' : 'down',
      startTime: start === undefined ? undefined : dateOf(start),
      uptimeSeconds: running === undefined ? undefined : Math.max(0, now - running),
      restartCount: starts.filter((each) => each.isRestart && each.instance === instance).length,
      totalRequests,
      failedRequests,
      errorRate,
      p95Seconds: answers.sum('instance_p95', { instance }),
      requestsInProgress: answers.sum('in_progress', { instance }),
      memoryUsageBytes: answers.sum('memory', { instance }),
    };
  });
  const isGone = ({ state }: FleetInstance) => Number(state === 'gone');
  return instances.sort((a, b) => isGone(a) - isGone(b) || compare(a.instance, b.instance));
}

/** The figures of a process hold its start, to the millisecond; when it was scraped does not matter. */
function startsOf(answers: FleetAnswers): FleetStart[] {
  const { start } = answers.moments;
  const starts = answers.of('starts').flatMap(({ labels: { instance = '', worker = '' }, points }) => {
    const first = answers.sum('first_starts', { instance, worker }) ?? Infinity;
    const times = distinct(points.flatMap(({ value }) => value ?? [])).filter((time) => time >= start);
    return times.map((time) => ({ instance, time, isRestart: time - first > SAME_START }));
  });
  return starts.sort((a, b) => a.time - b.time).map(({ time, ...rest }) => ({ ...rest, time: dateOf(time) }));
}

function distinct(starts: readonly number[]): number[] {
  const sorted = starts.toSorted((a, b) => a - b);
  return sorted.filter((start, at) => at === 0 || start - sorted[at - 1]! > SAME_START);
}

function coursesOf(answers: FleetAnswers): FleetCourses {
  return {
    times: answers.times().map(dateOf),
    requests: answers.courses('request_course', 'status'),
    durations: answers.courses('duration_course', 'quantile'),
    tokens: answers.largestCourses('token_course', 'model'),
    cost: answers.largestCourses('cost_course', 'agent'),
  };
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || !whole ? undefined : part / whole;
}

function dateOf(seconds: number): Date {
  return new Date(Math.round(seconds * 1_000));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

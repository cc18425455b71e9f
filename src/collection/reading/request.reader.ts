import { normaliseName } from '../executions/execution-name';
import { serialOf, type FinishedExecution, type OpenExecution } from '../executions/finished-execution';
import type { MetricsStore } from '../metrics-store';
import type { CollectedRequest, RequestMember } from '../requests/collected-request';
import type { FinishedRequest, RequestFilter, RequestTree, RunningRequest } from '../requests/request';
import type { FinishedView, RequestHistory } from '../requests/request-history';
import { momentOf, type ReadingMoment } from './execution.reader';
import { RequestReading, type WantedRequests } from './request-reading';

type OpenRequestMember = OpenExecution & RequestMember;

/** Those that the filter wants, in the order of its view; none where requests are not kept. */
export function readRequests(
  store: MetricsStore,
  open: readonly OpenRequestMember[],
  { view = 'recent', limit = Infinity, ...filter }: RequestFilter,
): (FinishedRequest | RunningRequest)[] {
  const { requestHistory } = store.ledger;
  if (requestHistory === undefined) return [];
  const reader = new RequestReader(requestHistory, open, momentOf(store));
  const readings = view === 'running' ? reader.running() : reader.finished(view);
  const wanted = normalise(filter);
  return readings
    .filter((reading) => reading.matches(wanted))
    .slice(0, limit)
    .map((reading) => reading.summary());
}

/** One in progress, or one that is kept. */
export function readRequest(
  store: MetricsStore,
  open: readonly OpenRequestMember[],
  id: string,
): RequestTree | undefined {
  const { requestHistory } = store.ledger;
  const serial = serialOf(store.instanceId, id);
  if (requestHistory === undefined || serial === undefined) return undefined;
  return new RequestReader(requestHistory, open, momentOf(store)).find(serial)?.tree();
}

function normalise(filter: RequestFilter): WantedRequests {
  const { agentId, toolName, errorType, breakdown, minDurationMs = 0, since, until } = filter;
  return {
    agentId: agentId && normaliseName(agentId),
    toolName: toolName && normaliseName(toolName),
    errorType: errorType && normaliseName(errorType),
    breakdownValue: breakdown && normaliseName(breakdown),
    minDurationMs,
    since: since === undefined ? -Infinity : since.getTime(),
    until: until?.getTime(),
  };
}

/** Requests at one moment: those that are kept, and what is in progress. */
class RequestReader {
  private readonly openRequests: readonly OpenRequestMember[];
  /** By the request that they are inside. */
  private readonly openSteps: ReadonlyMap<number | undefined, OpenExecution[]>;

  constructor(
    private readonly history: RequestHistory,
    open: readonly OpenRequestMember[],
    private readonly moment: ReadingMoment,
  ) {
    this.openRequests = open.filter(isRequest);
    const steps = new Map<number | undefined, OpenExecution[]>();
    for (const step of open) if (!isRequest(step)) addTo(steps, step.requestSerial, step);
    this.openSteps = steps;
  }

  /** Newest first. */
  running(): RequestReading[] {
    return this.openRequests.map((root) => this.read(root, this.collectedOf(root))).sort(byNewest);
  }

  /** Newest first by their beginning, or the slowest first. */
  finished(view: FinishedView): RequestReading[] {
    const requests = this.history.list(view, this.moment.now).map((request) => this.read(request.root!, request));
    return view === 'slowest' ? requests : requests.sort(byNewest);
  }

  find(serial: number): RequestReading | undefined {
    const open = this.openRequests.find((request) => request.serial === serial);
    const collected = open === undefined ? this.history.find(serial, this.moment.now) : this.collectedOf(open);
    collected?.truncate();
    const root = open ?? collected?.root;
    return root && this.read(root, collected);
  }

  private collectedOf({ collected }: RequestMember): CollectedRequest | undefined {
    return collected !== undefined && this.history.keeps(collected) ? collected : undefined;
  }

  private read(root: FinishedExecution | OpenExecution, collected: CollectedRequest | undefined): RequestReading {
    return new RequestReading(root, collected, this.openSteps.get(root.serial) ?? [], this.moment);
  }
}

function isRequest({ serial, requestSerial }: OpenExecution): boolean {
  return serial === requestSerial;
}

function addTo<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function byNewest({ root: a }: RequestReading, { root: b }: RequestReading): number {
  return b.startedAt - a.startedAt || b.serial - a.serial;
}

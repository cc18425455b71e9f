import { isFailure } from '../executions/execution-status';
import type { FinishedExecution } from '../executions/finished-execution';
import { CollectedRequest } from './collected-request';
import { NewestRequests } from './newest-requests';
import { OpenRequests } from './open-requests';
import type { RequestHistoryOptions } from './request-history-options';
import { SlowestRequests } from './slowest-requests';

/** Which of the requests that are over. */
export type FinishedView = 'recent' | 'slowest' | 'failed';

/**
 * Whole requests: those in progress, the last ones, the slowest of the last hour and the last that failed, each apart from
 * the others, so that many fast ones leave the slow and the failed where they are.
 *
 * It keeps the entries that the history of executions has made, and makes no copies: that one writes nothing into an
 * entry that is kept.
 */
export class RequestHistory {
  private readonly open = new OpenRequests();
  private readonly recent: NewestRequests;
  private readonly slowest: SlowestRequests;
  private readonly failed: NewestRequests;

  constructor({ recent, slowest, failed }: Required<RequestHistoryOptions>) {
    this.recent = new NewestRequests(recent);
    this.slowest = new SlowestRequests(slowest);
    this.failed = new NewestRequests(failed);
  }

  /**
   * A request begins. What ends in one that has not begun here, before a reset say, is not collected.
   *
   * @param before what was collected of one that was taken back and begins anew
   */
  begin(serial: number, before: CollectedRequest | undefined): CollectedRequest {
    if (before !== undefined && this.keeps(before)) return before;
    const request = new CollectedRequest(serial, this);
    this.open.add(request);
    return request;
  }

  /** A request ends without being counted. */
  drop(request: CollectedRequest | undefined): void {
    if (request === undefined || !this.keeps(request)) return;
    this.open.remove(request);
    request.release();
  }

  /**
   * An execution inside a request has ended, or the request itself.
   *
   * @param request undefined for one that was recorded as a whole, and has never been in progress
   * @param endedAt on the clock's scale
   * @param now on the same; later where the execution was recorded after its end
   */
  add(finished: FinishedExecution, request: CollectedRequest | undefined, endedAt: number, now: number): void {
    if (finished.isRequest) this.file(finished, request ?? new CollectedRequest(finished.serial, this), endedAt, now);
    else if (request !== undefined && this.keeps(request)) this.addStep(finished, request);
  }

  /** One that is over and kept. */
  find(serial: number, now: number): CollectedRequest | undefined {
    const kept = [this.recent.list(), this.slowest.listAll(now), this.failed.list()].flat();
    return kept.find((request) => request.serial === serial);
  }

  /** In progress or over. */
  keeps(request: CollectedRequest): boolean {
    return request.history === this && request.isKept;
  }

  /** The slowest first; the others in the order in which they were added. */
  list(view: FinishedView, now: number): readonly CollectedRequest[] {
    return view === 'slowest' ? this.slowest.list(now) : this[view].list();
  }

  /** Also in a request that is over: work that outlives it belongs to it all the same. */
  private addStep(step: FinishedExecution, request: CollectedRequest): void {
    if (request.root !== undefined && isFailure(step.status) && !request.hasFailed) this.failed.add(request);
    request.add(step);
  }

  /** Among the slowest last: those may let it go at once. */
  private file(root: FinishedExecution, request: CollectedRequest, endedAt: number, now: number): void {
    if (request.isKept) this.open.remove(request);
    request.end(root, endedAt);
    this.recent.add(request);
    if (request.hasFailed) this.failed.add(request);
    this.slowest.add(request, now);
    if (!request.isKept) request.release();
  }
}

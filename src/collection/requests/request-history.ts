import { isFailure } from '../executions/execution-status';
import type { FinishedExecution } from '../executions/finished-execution';
import type { CollectedRequest } from './collected-request';
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
  /** Those that are over and stand in one of the lists, by serial. */
  private readonly kept = new Map<number, CollectedRequest>();
  private readonly recent: NewestRequests;
  private readonly slowest: SlowestRequests;
  private readonly failed: NewestRequests;

  constructor({ recent, slowest, failed }: Required<RequestHistoryOptions>) {
    const forget = (request: CollectedRequest): void => this.forget(request);
    this.recent = new NewestRequests(recent, forget);
    this.slowest = new SlowestRequests(slowest, forget);
    this.failed = new NewestRequests(failed, forget);
  }

  /** A request begins. What ends in one that has not begun here, before a reset say, is not collected. */
  begin(serial: number): void {
    this.open.begin(serial);
  }

  /** A request ends without being counted. */
  drop(serial: number): void {
    this.open.drop(serial);
  }

  /**
   * An execution inside a request has ended, or the request itself.
   *
   * @param endedAt on the clock's scale
   * @param now on the same; later where the execution was recorded after its end
   */
  add(finished: FinishedExecution, endedAt: number, now: number): void {
    if (finished.isRequest) this.file(finished, endedAt, now);
    else this.addStep(finished, finished.requestSerial!);
  }

  /** In progress, or kept. */
  find(serial: number, now: number): CollectedRequest | undefined {
    this.slowest.dropOld(now);
    const request = this.open.get(serial) ?? this.kept.get(serial);
    request?.truncate();
    return request;
  }

  /** The slowest first; the others in the order in which they were added. */
  list(view: FinishedView, now: number): readonly CollectedRequest[] {
    return view === 'slowest' ? this.slowest.list(now) : this[view].list();
  }

  /** Also in a request that is over: work that outlives it belongs to it all the same. */
  private addStep(step: FinishedExecution, serial: number): void {
    const open = this.open.get(serial);
    if (open !== undefined) return open.add(step);
    const over = this.kept.get(serial);
    if (over === undefined) return;
    if (isFailure(step.status) && !over.hasFailed) this.failed.add(over);
    over.add(step);
  }

  private file(root: FinishedExecution, endedAt: number, now: number): void {
    const request = this.open.take(root.serial);
    request.end(root, endedAt);
    this.recent.add(request);
    this.slowest.add(request, now);
    if (request.hasFailed) this.failed.add(request);
    if (request.isKept) this.kept.set(root.serial, request);
    else request.release();
  }

  /** One that is being filed may yet find a place in another list. */
  private forget(request: CollectedRequest): void {
    if (this.kept.delete(request.serial)) request.release();
  }
}

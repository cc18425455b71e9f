import { CollectedRequest, type RequestKeeper } from './collected-request';

/** How many requests in progress are followed. What never ends must not fill the memory. */
const MAX_REQUESTS = 10_000;

/** How many ended executions are kept of all of them together. */
const MAX_EXECUTIONS = 20_000;

/**
 * Requests in progress, by serial. Where there are too many, the one that began first is followed no longer; where they
 * have too many executions, one after the other keeps nothing but its longest.
 */
export class OpenRequests implements RequestKeeper {
  private readonly requests = new Map<number, CollectedRequest>();
  private executions = 0;
  /** The last serial of those that are followed no longer. */
  private droppedUpTo = -1;

  get(serial: number): CollectedRequest | undefined {
    return this.requests.get(serial);
  }

  /** One that was taken back and begins anew has what it had. */
  begin(serial: number): void {
    if (this.requests.has(serial)) return;
    const request = new CollectedRequest(serial, false);
    this.requests.set(serial, request);
    request.join(this);
    if (this.requests.size > MAX_REQUESTS) this.dropOldest();
  }

  /** Hands over one that is over. What was recorded as a whole has never been in progress. */
  take(serial: number): CollectedRequest {
    const request = this.requests.get(serial);
    if (request === undefined) return new CollectedRequest(serial, serial <= this.droppedUpTo);
    this.requests.delete(serial);
    this.executions -= request.size;
    request.leave(this);
    return request;
  }

  /** One that will not be counted at its end. */
  drop(serial: number): void {
    this.take(serial).release();
  }

  grew(executions: number): void {
    this.executions += executions;
    while (this.executions > MAX_EXECUTIONS) this.thinOldest();
  }

  private dropOldest(): void {
    const { serial } = this.oldest;
    this.drop(serial);
    this.droppedUpTo = Math.max(this.droppedUpTo, serial);
  }

  /** It has its turn again when all the others have had theirs. */
  private thinOldest(): void {
    const { oldest } = this;
    this.requests.delete(oldest.serial);
    this.requests.set(oldest.serial, oldest);
    oldest.keepOnly(1);
  }

  private get oldest(): CollectedRequest {
    const [oldest] = this.requests.values();
    return oldest!;
  }
}

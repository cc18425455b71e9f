import { LinkedList } from '../../runtime/linked-list';
import type { CollectedRequest, RequestKeeper } from './collected-request';

/** How many requests in progress are followed. What never ends must not fill the memory. */
const MAX_REQUESTS = 10_000;

/** How many ended executions are kept of all of them together. */
const MAX_EXECUTIONS = 20_000;

/**
 * Requests in progress. Where there are too many, the one that began first is followed no longer; where they have too many
 * executions, one after the other keeps nothing but its longest.
 */
export class OpenRequests implements RequestKeeper {
  private readonly requests = new LinkedList<CollectedRequest>();
  private count = 0;
  private executions = 0;

  add(request: CollectedRequest): void {
    this.requests.add(request);
    this.count += 1;
    request.join(this);
    if (this.count > MAX_REQUESTS) this.dropOldest();
  }

  /** One that is over, or is followed no longer. */
  remove(request: CollectedRequest): void {
    this.requests.remove(request);
    this.count -= 1;
    this.executions -= request.size;
    request.leave(this);
  }

  grew(executions: number): void {
    this.executions += executions;
    while (this.executions > MAX_EXECUTIONS) this.thinOldest();
  }

  private dropOldest(): void {
    const oldest = this.requests.oldest!;
    this.remove(oldest);
    oldest.giveUp();
  }

  /** It has its turn again when all the others have had theirs. */
  private thinOldest(): void {
    const oldest = this.requests.oldest!;
    this.requests.remove(oldest);
    this.requests.add(oldest);
    oldest.keepOnly(1);
  }
}

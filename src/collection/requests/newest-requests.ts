import type { CollectedRequest, RequestKeeper } from './collected-request';
import { maxExecutionsOf } from './request-limits';

/** The last requests that were added. The oldest give way: to newer ones, and where they have too many executions. */
export class NewestRequests implements RequestKeeper {
  /** With a place for one that has yet to give way. Used round and round: shifting a list costs more than all the rest. */
  private readonly ring: (CollectedRequest | undefined)[] = [];
  private readonly maxExecutions: number;
  private executions = 0;
  /** How many have been added, and how many of them have given way. */
  private added = 0;
  private dropped = 0;

  constructor(private readonly places: number) {
    this.maxExecutions = maxExecutionsOf(places);
  }

  add(request: CollectedRequest): void {
    if (this.places === 0) return;
    this.ring[this.added % (this.places + 1)] = request;
    this.added += 1;
    request.join(this);
  }

  grew(executions: number): void {
    this.executions += executions;
    while (this.hasTooMany) this.dropOldest();
  }

  /** Oldest first. */
  list(): CollectedRequest[] {
    const list: CollectedRequest[] = [];
    for (let index = this.dropped; index < this.added; index += 1) list.push(this.ring[index % (this.places + 1)]!);
    return list;
  }

  private dropOldest(): void {
    const place = this.dropped % (this.places + 1);
    const oldest = this.ring[place]!;
    this.ring[place] = undefined;
    this.dropped += 1;
    this.executions -= oldest.size;
    if (oldest.leave(this)) oldest.release();
  }

  private get hasTooMany(): boolean {
    const length = this.added - this.dropped;
    return length > this.places || (length > 1 && this.executions > this.maxExecutions);
  }
}

import type { CollectedRequest, RequestKeeper } from './collected-request';
import { maxExecutionsOf } from './request-limits';

/** The last requests that were added. The oldest give way: to newer ones, and where they have too many executions. */
export class NewestRequests implements RequestKeeper {
  private readonly requests: CollectedRequest[] = [];
  private readonly maxExecutions: number;
  private executions = 0;

  constructor(
    private readonly places: number,
    private readonly onForgotten: (request: CollectedRequest) => void,
  ) {
    this.maxExecutions = maxExecutionsOf(places);
  }

  add(request: CollectedRequest): void {
    if (this.places === 0) return;
    this.requests.push(request);
    request.join(this);
  }

  grew(executions: number): void {
    this.executions += executions;
    while (this.hasTooMany) {
      const oldest = this.requests.shift()!;
      this.executions -= oldest.size;
      if (oldest.leave(this)) this.onForgotten(oldest);
    }
  }

  list(): readonly CollectedRequest[] {
    return this.requests;
  }

  private get hasTooMany(): boolean {
    const { length } = this.requests;
    return length > this.places || (length > 1 && this.executions > this.maxExecutions);
  }
}

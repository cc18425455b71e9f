import type { CollectedRequest, RequestKeeper } from './collected-request';
import { maxExecutionsOf } from './request-limits';

const WINDOW_MS = 3_600_000;

/** The window is divided, so that it has something left when its slowest requests are too old. */
const SLOT_MS = WINDOW_MS / 6;

/**
 * The slowest requests of the last hour. Each ten minutes have a list of their own, slowest first: the slowest of the
 * hour are among those. Where they have too many executions, the fastest give way.
 */
export class SlowestRequests implements RequestKeeper {
  private readonly slots = new Map<number, CollectedRequest[]>();
  private readonly maxExecutions: number;
  private executions = 0;
  private newestSlot = -Infinity;

  constructor(private readonly places: number) {
    this.maxExecutions = maxExecutionsOf(places);
  }

  add(request: CollectedRequest, now: number): void {
    const slot = Math.floor(request.endedAt / SLOT_MS);
    if (slot > this.newestSlot) this.dropOld(now);
    this.newestSlot = Math.max(this.newestSlot, slot);
    const slowest = this.slots.get(slot) ?? [];
    const isFast = slowest.length >= this.places && (this.places === 0 || isSlower(slowest.at(-1)!, request));
    if (isFast || isOld(request, now)) return;
    this.slots.set(slot, slowest);
    const at = slowest.findIndex((other) => !isSlower(other, request));
    slowest.splice(at < 0 ? slowest.length : at, 0, request);
    request.join(this);
    if (slowest.length > this.places) this.drop(slowest.pop()!);
  }

  grew(executions: number): void {
    this.executions += executions;
    while (this.executions > this.maxExecutions && this.count > 1) this.dropFastest();
  }

  /** Slowest first. */
  list(now: number): CollectedRequest[] {
    return this.listAll(now)
      .sort((a, b) => durationOf(b) - durationOf(a))
      .slice(0, this.places);
  }

  /** Also those that are too fast now, and will be slow enough when others are too old. */
  listAll(now: number): CollectedRequest[] {
    this.dropOld(now);
    return [...this.slots.values()].flat();
  }

  private get count(): number {
    return [...this.slots.values()].reduce((sum, { length }) => sum + length, 0);
  }

  private dropFastest(): void {
    const slots = [...this.slots.values()].filter(({ length }) => length > 0);
    const [fastest] = slots.sort((a, b) => durationOf(a.at(-1)!) - durationOf(b.at(-1)!));
    this.drop(fastest!.pop()!);
  }

  /** What is older than the window. */
  private dropOld(now: number): void {
    for (const [slot, requests] of this.slots) {
      const young = requests.filter((request) => !isOld(request, now));
      if (young.length > 0) this.slots.set(slot, young);
      else this.slots.delete(slot);
      for (const request of requests) if (isOld(request, now)) this.drop(request);
    }
  }

  private drop(request: CollectedRequest): void {
    this.executions -= request.size;
    if (request.leave(this)) request.release();
  }
}

function isOld({ endedAt }: CollectedRequest, now: number): boolean {
  return now - endedAt > WINDOW_MS;
}

/** As slow counts, too: the first stays. */
function isSlower(one: CollectedRequest, other: CollectedRequest): boolean {
  return durationOf(one) >= durationOf(other);
}

function durationOf({ root }: CollectedRequest): number {
  return root!.durationNs;
}

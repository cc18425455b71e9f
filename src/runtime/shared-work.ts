/**
 * Lets all callers that ask for a thing while it is being made wait for that one, so that many at a time cost the memory
 * and the work of one. What is made is not kept: a later caller gets a new one.
 */
export class SharedWork<Result> {
  private readonly underWay = new Map<string, SharedTask<Result>>();

  /** How many things are being made. */
  get size(): number {
    return this.underWay.size;
  }

  has(key: string): boolean {
    return this.underWay.has(key);
  }

  /** @throws when `signal` aborts. The work is given up when no caller waits for it any more. */
  async share(key: string, make: (signal: AbortSignal) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const task = this.underWay.get(key) ?? this.begin(key, make);
    return task.wait(signal);
  }

  private begin(key: string, make: (signal: AbortSignal) => Promise<Result>): SharedTask<Result> {
    const forget = () => {
      if (this.underWay.get(key) === task) this.underWay.delete(key);
    };
    const task = new SharedTask(make, forget);
    this.underWay.set(key, task);
    return task;
  }
}

class SharedTask<Result> {
  private readonly abandonment = new AbortController();
  private readonly made: Promise<Result>;
  private waiting = 0;

  constructor(
    make: (signal: AbortSignal) => Promise<Result>,
    private readonly onEnd: () => void,
  ) {
    this.made = make(this.abandonment.signal);
    this.made.then(onEnd, onEnd);
  }

  /** A caller leaves at once, even if what the work waits for never comes. */
  async wait(signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    this.waiting += 1;
    let leave!: () => void;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => {
        this.leave();
        reject(signal.reason as Error);
      };
    });
    signal.addEventListener('abort', leave);
    try {
      return await Promise.race([this.made, left]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  private leave(): void {
    this.waiting -= 1;
    if (this.waiting > 0) return;
    this.onEnd();
    this.abandonment.abort();
  }
}

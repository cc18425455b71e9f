import { cpuNanoseconds } from './cpu-time';

/** Work of which there can be any amount. */
export type Work = (count: number) => void | Promise<void>;

/** Finds how much work fills a round, and measures what one piece of it takes. */
export class RepeatedWork {
  /** Everything that was done since the beginning. */
  done = 0;
  private perRound = 1_000;

  constructor(private readonly work: Work) {}

  async run(count: number): Promise<void> {
    this.done += count;
    await this.work(count);
  }

  /** Runs until compiled and settled, then knows how much fills `roundMs`. */
  async warmUp(warmUpMs: number, roundMs: number): Promise<void> {
    const end = performance.now() + warmUpMs;
    let nanoseconds = Infinity;
    while (performance.now() < end) nanoseconds = await this.nanosecondsEach();
    this.perRound = Math.max(1, Math.round((roundMs * 1e6) / nanoseconds));
  }

  /** One round, unmeasured. */
  runRound(): Promise<void> {
    return this.run(this.perRound);
  }

  /** One round. */
  async nanosecondsEach(): Promise<number> {
    return (await cpuNanoseconds(() => this.run(this.perRound))) / this.perRound;
  }
}

import type { ManualClock } from 'nestjs-agent-metrics/testing';
import type { Script } from './script';

/** How long the model takes for an answer, and for each piece of a stream, in milliseconds. */
export const ANSWER_MS = 100;
export const PIECE_MS = 10;

type Tool = (input: string) => Promise<string>;

/** One run of a script, as the fake provider and the driver both know it. */
export class Run {
  readonly pieces: string[] = [];
  private readonly controller = new AbortController();
  private nextTurn = 0;
  private onReceived = (): void => {};

  constructor(
    readonly script: Script,
    readonly clock: ManualClock,
    /** What the driver makes tools of its SDK of. */
    readonly tools: Readonly<Record<string, Tool>>,
  ) {}

  /** For the driver to hand to its SDK, where the script aborts. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(): void {
    this.controller.abort();
  }

  /** The next turn of the model. */
  take(): Script['turns'][number] | undefined {
    return this.script.turns[this.nextTurn++];
  }

  /**
   * The driver has read a piece of text.
   *
   * @returns whether it goes on reading
   */
  read(piece: string): boolean {
    if (piece === '') return true;
    this.pieces.push(piece);
    if (this.pieces.length === this.script.abortsAfterPieces) this.abort();
    this.onReceived();
    return this.pieces.length !== this.script.leavesAfterPieces;
  }

  /** Nobody reads on. */
  get isLeft(): boolean {
    const { abortsAfterPieces, leavesAfterPieces } = this.script;
    return this.pieces.length === (abortsAfterPieces ?? leavesAfterPieces);
  }

  /** The provider waits for the reader, so that the time at which each piece arrives is exact. */
  async received(count: number, gone: Promise<void>): Promise<void> {
    if (this.pieces.length >= count) return;
    const arrived = new Promise<void>((resolve) => {
      this.onReceived = () => {
        if (this.pieces.length >= count) resolve();
      };
    });
    await Promise.race([arrived, gone]);
  }
}

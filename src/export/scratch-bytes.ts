/**
 * Room for one text at a time, lent again for the next: memory that is new is slower to write to than to fill. Held
 * weakly, so that an application that is not asked for a while keeps none.
 */
export class ScratchBytes {
  private idle: WeakRef<Buffer> | undefined;

  /** Undefined where there is none, or somebody else writes in it. */
  take(): Buffer | undefined {
    const bytes = this.idle?.deref();
    this.idle = undefined;
    return bytes;
  }

  giveBack(bytes: Buffer): void {
    this.idle = new WeakRef(bytes);
  }
}

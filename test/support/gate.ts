/** Keeps whoever waits for `passed` until it is opened. */
export class Gate {
  open!: () => void;
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));
}

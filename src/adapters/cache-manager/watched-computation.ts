import { isThenable } from '../../runtime/thenable';

/** The function with which `wrap` computes a value that the cache does not have, or that it refreshes in the background. */
export class WatchedComputation {
  private result: { readonly value: unknown } | undefined;
  /** In the place of the function. */
  readonly run: (this: unknown, ...args: unknown[]) => unknown;

  constructor(compute: (this: unknown, ...args: unknown[]) => unknown) {
    const remember = (value: unknown) => void (this.result = { value });
    this.run = function (...args) {
      const made = compute.apply(this, args);
      if (!isThenable(made)) {
        remember(made);
        return made;
      }
      // Some thenables run each time that they are asked: the cache gets a promise of this one.
      const promise = Promise.resolve(made);
      promise.then(remember, () => {});
      return promise;
    };
  }

  /** Whether `wrap` has answered with what was computed, or with the raw entry that was made of it. */
  gave(answer: unknown): boolean {
    if (this.result === undefined) return false;
    const { value } = this.result;
    return Object.is(answer, value) || Object.is((answer as { value?: unknown } | null | undefined)?.value, value);
  }
}

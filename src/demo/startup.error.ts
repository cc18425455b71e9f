/** A start that failed for a reason the user can mend: its message is the one line to print. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

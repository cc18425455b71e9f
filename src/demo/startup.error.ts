/** The demo cannot start, for a reason the user can mend. Its message is the one line to print. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/**
 * Thrown when the counted executions differ from the expected ones. The message says both.
 *
 * Its name is not `AssertionError`, because Jest prints errors of that name as if they came from `node:assert`, with an
 * operator and two values that this one does not have.
 *
 * @example
 * expect(() => expectTool(app, 'search').toHaveRun({ times: 3 })).toThrow(MetricsAssertionError);
 */
export class MetricsAssertionError extends Error {
  /** The stack begins at the caller of `method`: at the line of the test. */
  constructor(lines: readonly string[], method?: Function) {
    super(lines.join('\n'));
    this.name = 'MetricsAssertionError';
    if (method !== undefined) Error.captureStackTrace(this, method);
  }
}

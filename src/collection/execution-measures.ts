/** What is measured of an execution apart from its time. Most have nothing of it, so it is made by the first measure. */
export class ExecutionMeasures {
  /** Attempts that were retried within it. */
  retries = 0;
  inputBytes = 0;
  outputBytes = 0;
  /** Chunks that a stream delivered; 0 for what is no stream. */
  chunks = 0;
  /** To the first chunk, or to the first token for a model call; NaN where there was none. */
  firstChunkNs = NaN;
}

/** Those of every execution of which nothing was measured but its time. */
export const NOTHING_MEASURED: Readonly<ExecutionMeasures> = new ExecutionMeasures();

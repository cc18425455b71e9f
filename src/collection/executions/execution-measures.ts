/** What is measured of an execution apart from its time. Most have nothing of it, so it is made by the first measure. */
export class ExecutionMeasures {
  /** Attempts that were retried within it. */
  retries = 0;
  inputBytes = 0;
  outputBytes = 0;
  /** Chunks that a stream delivered; 0 if the result is not a stream. */
  chunks = 0;
  /** To the first chunk, or to the first token for a model call; NaN where there was none. */
  firstChunkNs = NaN;

  /** As they are now: what follows in an execution that has ended changes nothing that was counted. */
  copy(): ExecutionMeasures {
    return Object.assign(new ExecutionMeasures(), this);
  }
}

/** Those of every execution of which nothing was measured but its time. */
export const NOTHING_MEASURED: Readonly<ExecutionMeasures> = new ExecutionMeasures();

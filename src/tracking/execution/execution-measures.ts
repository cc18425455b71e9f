import type { ExecutionEntry } from '../../collection/execution-entry';

/** What is measured of an execution apart from its time. Most have nothing of it, so it is made by the first measure. */
export class ExecutionMeasures {
  retries = 0;
  inputBytes = 0;
  outputBytes = 0;
  /** Chunks that a stream delivered. */
  chunks = 0;
  firstChunkNs = NaN;

  writeTo(entry: ExecutionEntry): void {
    entry.retries = this.retries;
    entry.inputBytes = this.inputBytes;
    entry.outputBytes = this.outputBytes;
    entry.chunks = this.chunks;
    entry.firstChunkNs = this.firstChunkNs;
  }
}

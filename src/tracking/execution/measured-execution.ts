import { ExecutionMeasures } from '../../collection/executions/execution-measures';
import { toNanoseconds } from '../../collection/executions/finished-execution';
import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { ExecutionHost } from './execution-host';
import { payloadBytes } from './payload-size';
import { TimedExecution } from './timed-execution';

/** Chunks, payloads and retries of one execution, beside its time. */
export abstract class MeasuredExecution<Self> extends TimedExecution {
  /** Undefined as long as there is nothing to measure. */
  measures: ExecutionMeasures | undefined = undefined;

  constructor(
    readonly host: ExecutionHost<Self>,
    readonly spec: ExecutionSpec,
  ) {
    super();
  }

  get kind(): ExecutionKind {
    return this.spec.kind;
  }

  /** Chunks that it has delivered so far. */
  get chunks(): number {
    return this.measures?.chunks ?? 0;
  }

  recordRetry(): void {
    if (!this.ended) this.measure().retries += 1;
  }

  /** The time to its first token, whatever it has measured itself. */
  setFirstToken(milliseconds: number): void {
    this.measure().firstChunkNs = toNanoseconds(milliseconds);
  }

  /**
   * Its first token comes, unless one has come before.
   *
   * @param at when it came, on the clock's scale; now if left out
   */
  firstToken(at?: number): void {
    if (this.ended) return;
    const measures = this.measure();
    if (!Number.isNaN(measures.firstChunkNs)) return;
    measures.firstChunkNs = toNanoseconds(this.elapsedMs(at ?? this.host.store.clock.now()));
  }

  /** Counts a chunk that a stream delivered. */
  chunk(chunk: unknown, at?: number): void {
    if (this.ended) return;
    const measures = this.measure();
    measures.chunks += 1;
    measures.outputBytes += this.sizeOf(chunk);
    if (Number.isNaN(measures.firstChunkNs) && this.isFirst(chunk)) this.firstToken(at);
  }

  /** Adds what was measured of a part of it that began so many milliseconds later. */
  protected addMeasures(part: ExecutionMeasures, laterMs: number): void {
    const measures = this.measure();
    const firstChunkNs = part.firstChunkNs + toNanoseconds(laterMs);
    measures.retries += part.retries;
    measures.chunks = Math.max(measures.chunks, part.chunks);
    measures.inputBytes = Math.max(measures.inputBytes, part.inputBytes);
    measures.outputBytes = Math.max(measures.outputBytes, part.outputBytes);
    if (!(measures.firstChunkNs <= firstChunkNs) && !Number.isNaN(firstChunkNs)) measures.firstChunkNs = firstChunkNs;
  }

  /** Counts what it was given. */
  received(args: readonly unknown[]): void {
    // What a limit has ended before it began took nothing in, and is not changed any more.
    if (this.ended || !this.host.options.measurePayloads) return;
    for (const argument of args) this.measure().inputBytes += this.sizeOf(argument);
  }

  /** Counts what it returned, unless a part of it has returned more: it is the same output. */
  protected delivers(value: unknown): void {
    if (!this.host.options.measurePayloads) return;
    const measures = this.measure();
    measures.outputBytes = Math.max(measures.outputBytes, this.sizeOf(value));
  }

  private measure(): ExecutionMeasures {
    return (this.measures ??= new ExecutionMeasures());
  }

  /** Of a tool's payload, where it is to be measured. */
  private sizeOf(payload: unknown): number {
    return this.host.options.measurePayloads && this.kind === 'tool' ? payloadBytes(payload) : 0;
  }

  private isFirst(chunk: unknown): boolean {
    const { firstChunk } = this.spec;
    return firstChunk === undefined || (this.host.faults.guard('firstChunk', () => firstChunk(chunk)) ?? true);
  }
}

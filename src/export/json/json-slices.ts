import { SlicedWork } from '../text/sliced-work';
import { TextBuffer } from '../text/text-buffer';
import { BytesSink } from '../text/text-sink';

/** Writes a part of a document in steps that are small enough to let others run in between. */
export type WriteSteps = (out: TextBuffer) => Iterable<void>;

/**
 * A document of many parts, in pieces.
 *
 * @throws when the signal aborts
 */
export async function writeInSlices(signal: AbortSignal, steps: WriteSteps): Promise<readonly Buffer[]> {
  const sink = new BytesSink();
  const out = new TextBuffer(sink);
  await new SlicedWork(signal).run(steps(out));
  out.flush();
  return sink.pieces;
}

export function* listSteps<Item>(
  out: TextBuffer,
  items: Iterable<Item>,
  documentOf: (item: Item) => object,
): Generator<void> {
  let separator = '[';
  for (const item of items) {
    out.write(separator + JSON.stringify(documentOf(item)));
    out.handOver();
    separator = ',';
    yield;
  }
  out.write(separator === '[' ? '[]' : ']');
}

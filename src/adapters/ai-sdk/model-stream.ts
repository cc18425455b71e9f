import { guarded } from '../../tracking/adapting/guarded';

/** How the stream of a model's answer ends. */
export type StreamEnding =
  /** The model has said all. */
  | { readonly how: 'finished' }
  /** The stream has an end, but the model's answer has none. */
  | { readonly how: 'broken off' }
  | { readonly how: 'failed'; readonly error: unknown }
  /** The rest is not wanted. */
  | { readonly how: 'left'; readonly reason: unknown };

/** Who is told what passes. */
export interface StreamWatch {
  /** Runs the model's own code. */
  run<Result>(fn: () => Result): Result;
  firstToken(): void;
  /** The last part of the answer. */
  report(part: object): void;
  /** Once. */
  over(ending: StreamEnding): void;
}

/** What both the stream and its finalizer know; it must not hold the stream. */
interface Course {
  readonly watch: StreamWatch;
  isOver: boolean;
  failure: { readonly error: unknown } | undefined;
}

interface Part {
  readonly type?: string;
  readonly error?: unknown;
}

/** The parts with which an answer begins: what comes before says nothing that a user could see. */
const TOKENS: ReadonlySet<string | undefined> = new Set([
  'text-delta',
  'reasoning-delta',
  'tool-input-start',
  'tool-input-delta',
  'tool-call',
  'file',
]);

/** A stream that cannot be read any more, although it has not ended. */
const dropped = new FinalizationRegistry<Course>((course) => end(course, { how: 'left', reason: undefined }));

/**
 * A copy of a model's stream, of which the watch is told. It reads nothing ahead, so that a reader who waits makes the model
 * wait as before.
 */
export function watchStream<Chunk>(source: ReadableStream<Chunk>, watch: StreamWatch): ReadableStream<Chunk> {
  const course: Course = { watch, isOver: false, failure: undefined };
  const reader = source.getReader();
  // It may break while it is not read: an abort may be all that happens.
  reader.closed.catch((error: unknown) => end(course, { how: 'failed', error }));
  const copy = new ReadableStream<Chunk>(
    {
      pull: (controller) => pass(reader, controller, course),
      cancel: (reason: unknown) => {
        end(course, { how: 'left', reason });
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  dropped.register(copy, course, course);
  return copy;
}

async function pass<Chunk>(
  reader: ReadableStreamDefaultReader<Chunk>,
  controller: ReadableStreamDefaultController<Chunk>,
  course: Course,
): Promise<void> {
  let read: Awaited<ReturnType<typeof reader.read>>;
  try {
    read = await course.watch.run(() => reader.read());
  } catch (error) {
    end(course, { how: 'failed', error });
    throw error;
  }
  if (read.done) {
    end(course, { how: 'broken off' });
    controller.close();
  } else {
    guarded('ai-sdk stream', () => see(course, read.value as Part | undefined));
    controller.enqueue(read.value);
  }
}

function see(course: Course, part: Part | undefined): void {
  const type = part?.type;
  if (TOKENS.has(type)) course.watch.firstToken();
  else if (type === 'error') course.failure ??= { error: part!.error };
  else if (type === 'finish') {
    course.watch.report(part!);
    end(course, { how: 'finished' });
  }
}

/** A part that tells of an error goes before whatever end follows it. */
function end(course: Course, ending: StreamEnding): void {
  if (course.isOver) return;
  course.isOver = true;
  // The stack of an abort's reason may hold the stream.
  dropped.unregister(course);
  const { failure, watch } = course;
  guarded('ai-sdk stream', () => watch.over(failure === undefined ? ending : { how: 'failed', error: failure.error }));
}

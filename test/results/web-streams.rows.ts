import type { ManualClock } from '../../src/testing';
import { BrokenError, readAll, row, scenario, streamed, type Mechanism } from './result-row';

/** Chunks 10 ms apart, made when they are asked for; then the end, or a failure. */
function chunks(clock: ManualClock, error?: Error): ReadableStream<string> {
  let left = 3;
  return new ReadableStream(
    {
      pull(controller) {
        clock.advance(10);
        if (left > 0) controller.enqueue(`chunk ${left--}`);
        else if (error === undefined) controller.close();
        else controller.error(error);
      },
    },
    { highWaterMark: 0 },
  );
}

function bytes(clock: ManualClock): ReadableStream<Uint8Array> {
  let left = 2;
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      clock.advance(10);
      if (left > 0) controller.enqueue(new Uint8Array([left--]));
      else {
        controller.close();
        controller.byobRequest?.respond(0);
      }
    },
  });
}

async function readWith(reader: ReadableStreamDefaultReader<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return seen;
    seen.push(value);
  }
}

const collectInto = (seen: unknown[]) => new WritableStream<unknown>({ write: (chunk) => void seen.push(chunk) });
const upperCase = () =>
  new TransformStream<string, string>(
    { transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()) },
    { highWaterMark: 1 },
  );

const whole = streamed('success', 40, 3, 10);

export const webStreams: Mechanism = {
  name: 'a web ReadableStream',
  identity: 'kept',
  rows: [
    row(
      'is read by a reader',
      (clock) => scenario({ body: () => chunks(clock), use: (call) => readWith(call().getReader()) }),
      [whole],
    ),
    row('is iterated', (clock) => scenario({ body: () => chunks(clock), use: (call) => readAll(call()) }), [whole]),
    row(
      'is asked for several chunks at once',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          use(call) {
            const iterator = call().values();
            return Promise.all([1, 2, 3, 4, 5].map(() => iterator.next()));
          },
        }),
      [whole],
    ),
    row(
      'is teed and both branches are read: one execution',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          use: (call) =>
            Promise.all(
              call()
                .tee()
                .map((branch) => readAll(branch)),
            ),
        }),
      [whole],
    ),
    row(
      'is piped into a writable',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const seen: unknown[] = [];
            const stream = call();
            await stream.pipeTo(collectInto(seen));
            return [seen, stream.locked];
          },
        }),
      [whole],
    ),
    row(
      'is piped through a transform',
      (clock) => scenario({ body: () => chunks(clock), use: (call) => readAll(call().pipeThrough(upperCase())) }),
      [whole],
    ),
    row(
      'is the body of a response',
      (clock) =>
        scenario({
          body: () => chunks(clock).pipeThrough(new TextEncoderStream(), { preventAbort: false }),
          use: (call) => new Response(call()).text(),
        }),
      [whole],
    ),
    row('is a byte stream', (clock) => scenario({ body: () => bytes(clock), use: (call) => readAll(call()) }), [
      streamed('success', 30, 2, 10),
    ]),
    row(
      'is a byte stream whose branches are read into buffers',
      (clock) =>
        scenario({
          body: () => bytes(clock),
          async use(call) {
            const [branch, other] = call().tee();
            const reader = branch.getReader({ mode: 'byob' });
            const first = await reader.read(new Uint8Array(8));
            const second = await reader.read(new Uint8Array(8));
            const last = await reader.read(new Uint8Array(8));
            return [first, second, last.done, await readAll(other)];
          },
        }),
      [streamed('success', 30, 2, 10)],
    ),
    row(
      'fails',
      (clock) => scenario({ body: () => chunks(clock, new BrokenError()), use: (call) => readAll(call()) }),
      [streamed('error', 40, 3, 10, 'BrokenError')],
    ),
    row(
      'fails in a pipe',
      (clock) =>
        scenario({
          body: () => chunks(clock, new BrokenError()),
          use: (call) =>
            call()
              .pipeTo(collectInto([]))
              .catch((error: Error) => [error.name]),
        }),
      [streamed('error', 40, 3, 10, 'BrokenError')],
    ),
    row(
      'is left by break, which cancels it',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const stream = call();
            for await (const chunk of stream) if (chunk === 'chunk 2') break;
            return [stream.locked, await stream.getReader().read()];
          },
        }),
      [streamed('cancelled', 20, 2, 10)],
    ),
    row(
      'is left by break and read on',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const stream = call();
            for await (const chunk of stream.values({ preventCancel: true })) if (chunk === 'chunk 3') break;
            return readWith(stream.getReader());
          },
        }),
      [whole],
    ),
    row(
      'survives a pipe that breaks, and is read on',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const stream = call();
            const broken = new WritableStream<unknown>({
              write() {
                throw new BrokenError();
              },
            });
            await stream.pipeTo(broken, { preventCancel: true }).catch(() => {});
            return [stream.locked, (await readAll(stream)).at(-1)];
          },
        }),
      [whole],
    ),
    row(
      'is cancelled by its reader',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const reader = call().getReader();
            return [await reader.read(), await reader.cancel('enough'), await reader.read()];
          },
        }),
      [streamed('cancelled', 10, 1, 10)],
    ),
    row(
      'refuses to be cancelled or read while it is being read',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const stream = call();
            const reader = stream.getReader();
            const refused = await Promise.allSettled([stream.cancel(), stream.pipeTo(collectInto([]))]);
            return [refused.map(({ status }) => status), await readWith(reader)];
          },
        }),
      [whole],
    ),
    row(
      'is given back while it waits, and read on',
      (clock) =>
        scenario({
          body() {
            let send: (chunk: string) => void = () => {};
            const stream = new ReadableStream({
              start(controller) {
                send = (chunk) => (controller.enqueue(chunk), controller.close());
              },
            });
            return Object.assign(stream, { send: (chunk: string) => send(chunk) });
          },
          async use(call) {
            const stream = call();
            const reader = stream.getReader();
            const refused = reader.read().catch((error: Error) => error.name);
            reader.releaseLock();
            clock.advance(50);
            const name = await refused;
            stream.send('late');
            return [name, await readAll(stream)];
          },
        }),
      [streamed('success', 50, 1, 50)],
    ),
    row(
      'is cancelled before anybody reads it: not counted',
      (clock) => scenario({ body: () => chunks(clock), use: async (call) => [await call().cancel()] }),
      [],
    ),
    row(
      'is never read: not counted',
      (clock) => scenario({ body: () => chunks(clock), use: (call) => call().locked }),
      [],
    ),
    row(
      'is kept by the method and returned to every caller: it is read once',
      (clock) => {
        const kept = chunks(clock);
        return scenario({ body: () => kept, use: (call) => (call(), readAll(call())) });
      },
      [whole],
      { returnedOnly: true },
    ),
  ],
};

import { StreamableFile } from '@nestjs/common';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ManualClock } from '../../src/testing';
import { BrokenError, readAll, row, scenario, streamed, type Mechanism } from './result-row';

/** Chunks 10 ms apart; then the end, or a failure. */
function chunks(clock: ManualClock, error?: Error): Readable {
  let left = 3;
  return new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      setImmediate(() => {
        clock.advance(10);
        if (left > 0) this.push(`chunk ${left--}`);
        else if (error === undefined) this.push(null);
        else this.destroy(error);
      });
    },
  });
}

/** A stream says that it is closed before it emits so. */
const closed = (stream: Readable) =>
  new Promise<void>((resolve) => (stream.closed ? setImmediate(resolve) : stream.once('close', resolve)));

const sink = () => new Writable({ objectMode: true, highWaterMark: 1, write: (_chunk, _encoding, done) => done() });

/** What a listener sees until the stream is closed. */
async function listen(stream: Readable): Promise<unknown[]> {
  const seen: unknown[] = [];
  stream.on('data', (chunk) => seen.push(chunk));
  stream.on('error', (error) => seen.push(error.name));
  stream.on('end', () => seen.push('end'));
  await closed(stream);
  return seen;
}

const whole = streamed('success', 40, 3, 10);

export const readables: Mechanism = {
  name: 'a Readable',
  identity: 'kept',
  rows: [
    row('flows to its listeners', (clock) => scenario({ body: () => chunks(clock), use: (call) => listen(call()) }), [
      whole,
    ]),
    row('is iterated', (clock) => scenario({ body: () => chunks(clock), use: (call) => readAll(call()) }), [whole]),
    row(
      'is read when it is readable',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const stream = call();
            const seen: unknown[] = [];
            stream.on('readable', () => {
              for (let chunk: unknown; (chunk = stream.read()) !== null;) seen.push(chunk);
            });
            await closed(stream);
            return seen;
          },
        }),
      [whole],
    ),
    row(
      'is piped',
      (clock) => scenario({ body: () => chunks(clock), use: (call) => closed(call().pipe(sink()) as never) }),
      [whole],
    ),
    row(
      'goes through a pipeline',
      (clock) => scenario({ body: () => chunks(clock), use: (call) => pipeline(call(), sink()) }),
      [whole],
    ),
    row(
      'becomes a web stream',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          use: (call) => readAll(Readable.toWeb(call(), { strategy: { highWaterMark: 0 } })),
        }),
      [whole],
    ),
    row('fails', (clock) => scenario({ body: () => chunks(clock, new BrokenError()), use: (call) => listen(call()) }), [
      streamed('error', 40, 3, 10, 'BrokenError'),
    ]),
    row(
      'fails before anybody reads it',
      () =>
        scenario({
          body: () => {
            const stream = new Readable({ read() {} });
            process.nextTick(() => stream.destroy(new BrokenError()));
            return stream;
          },
          async use(call) {
            const stream = call();
            const failure = new Promise((resolve) => stream.once('error', resolve));
            await closed(stream);
            return failure;
          },
        }),
      [streamed('error', 0, 0, undefined, 'BrokenError')],
    ),
    row(
      'is left by break, which destroys it',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const stream = call();
            for await (const chunk of stream) if (chunk === 'chunk 2') break;
            await closed(stream);
          },
        }),
      [streamed('cancelled', 20, 2, 10, 'AbortError')],
    ),
    row(
      'is destroyed half-way',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          async use(call) {
            const stream = call();
            stream.once('data', () => stream.destroy());
            await closed(stream);
          },
        }),
      [streamed('cancelled', 10, 1, 10)],
    ),
    row(
      'is never read: not counted',
      (clock) =>
        scenario({
          body: () => chunks(clock),
          use: (call) => new Promise((resolve) => setImmediate(resolve, call().readableFlowing)),
        }),
      [],
    ),
    row(
      'is destroyed before anybody reads it: not counted',
      (clock) => scenario({ body: () => chunks(clock), use: (call) => closed(call().destroy()) }),
      [],
    ),
    row(
      'fills up and is never read: not counted',
      () =>
        scenario({
          body: () => new PassThrough().end('written'),
          use: (call) => new Promise((resolve) => setImmediate(resolve, call().readableLength)),
        }),
      [],
    ),
    row(
      'fills up and waits for its reader: only what is read counts',
      (clock) =>
        scenario({
          body: () => {
            const stream = new PassThrough();
            stream.end('written');
            return stream;
          },
          async use(call) {
            const stream = call();
            await new Promise((resolve) => setImmediate(resolve));
            clock.advance(500);
            return readAll(stream);
          },
        }),
      [streamed('success', 0, 1, 0)],
      { returnedOnly: true },
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

export const streamableFiles: Mechanism = {
  name: 'a StreamableFile',
  identity: 'kept',
  rows: [
    row(
      'is sent',
      (clock) => scenario({ body: () => new StreamableFile(chunks(clock)), use: (call) => listen(call().getStream()) }),
      [whole],
    ),
    row(
      'is sent from a buffer',
      () =>
        scenario({ body: () => new StreamableFile(Buffer.from('text')), use: (call) => listen(call().getStream()) }),
      [streamed('success', 0, 1, 0)],
    ),
    row(
      'fails',
      (clock) =>
        scenario({
          body: () => new StreamableFile(chunks(clock, new BrokenError())),
          use: (call) => listen(call().getStream()),
        }),
      [streamed('error', 40, 3, 10, 'BrokenError')],
    ),
    row(
      'loses its client',
      (clock) =>
        scenario({
          body: () => new StreamableFile(chunks(clock)),
          async use(call) {
            const stream = call().getStream();
            stream.once('data', () => stream.destroy());
            await closed(stream);
          },
        }),
      [streamed('cancelled', 10, 1, 10)],
    ),
    row(
      'is never sent: not counted',
      (clock) =>
        scenario({ body: () => new StreamableFile(chunks(clock)), use: (call) => call() instanceof StreamableFile }),
      [],
    ),
  ],
};

import type { GarbageReport } from './processes/garbage';
import { runProgram } from './processes/run-program';

/** In a process of its own: collecting garbage takes long in one that has run other tests. */
let report: GarbageReport;

beforeAll(async () => {
  report = await runProgram<GarbageReport>('garbage');
}, 60_000);

describe('when nobody holds', () => {
  it.each<[what: string, chunks: number]>([
    ['a generator, read half-way', 1],
    ['an async iterable, read half-way', 1],
    ['a web stream, read half-way', 1],
    ['a Readable, read half-way', 1],
    ['a promised generator, never read', 0],
    ['a promised iterable, never read', 0],
    ['a promised Observable, never read', 0],
    ['a promised Readable, never read', 0],
    ['a promised web stream, never read', 0],
  ])('%s, its execution is cancelled', (what, chunks) => {
    expect(report.remains[what]).toMatchObject({ before: 1, after: 0, ended: [{ status: 'cancelled', chunks }] });
  });

  it.each([
    'a subscription, whose Observable is dropped',
    'an iterator, whose iterable is dropped',
    'a reader, whose web stream is dropped',
  ])('anything but %s, its execution goes on', (what) => {
    expect(report.remains[what]).toEqual({ before: 1, after: 1, ended: [] });
  });

  it('a result, the signal of its execution aborts', () => {
    expect(report.aborted).toBe(true);
  });

  it('executions that begot one another, they are gone', () => {
    expect(report.generationsLeft).toBeLessThanOrEqual(1);
  });
});

describe('when somebody holds', () => {
  it.each([
    'an agent',
    'a tool of an agent',
    'a model call of an agent',
    'an execution that was started',
    'a generator that nobody reads',
  ])('%s that has ended, nothing that was counted before a reset or a close is kept by it', (what) => {
    expect(report.keptByEnded[what]).toEqual({ ledgersLeft: 1, collector: false });
  });
});

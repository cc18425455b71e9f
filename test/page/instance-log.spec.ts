import type { MetricsDocument } from '../../src/http/dashboard/page/data/documents';
import { InstanceLog } from '../../src/http/dashboard/page/data/instance-log.js';

const SECOND = 1_000;

/** The answer of a process that started so many seconds after 1970. */
const answerOf = (id: string, started: number) =>
  ({
    instance: { id, hostname: 'pod', pid: 1, version: '' },
    system_metrics: { start_time: new Date(started * SECOND).toISOString() },
  }) as unknown as MetricsDocument;

describe('The log of processes', () => {
  it('tells a process in the place of another', () => {
    const log = new InstanceLog();
    log.add(answerOf('a', 0), 10 * SECOND);
    expect(log.add(answerOf('b', 20), 30 * SECOND)).toBe(true);
    expect(log.starts).toEqual([
      { time: 0, isRestart: false },
      { time: 20 * SECOND, isRestart: true },
    ]);
    expect(log.all.map(({ id }) => id)).toEqual(['b']);
  });

  it('tells a process after a reset', () => {
    const log = new InstanceLog();
    log.add(answerOf('a', 0), 10 * SECOND);
    expect(log.add(answerOf('a', 20), 30 * SECOND)).toBe(true);
    log.add(answerOf('a', 20), 40 * SECOND);
    expect(log.starts.at(-1)).toEqual({ time: 20 * SECOND, isRestart: true });
  });

  it('tells no restart of a process that starts beside one that still answers', () => {
    const log = new InstanceLog();
    log.add(answerOf('a', 0), 10 * SECOND);
    log.add(answerOf('b', 20), 30 * SECOND);
    log.add(answerOf('a', 0), 40 * SECOND);
    expect(log.starts).toEqual([
      { time: 0, isRestart: false },
      { time: 20 * SECOND, isRestart: false },
    ]);
    expect(log.all.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('remembers no more than it keeps', () => {
    const log = new InstanceLog();
    for (let start = 0; start < 500; start += 1)
      log.add(answerOf(`pod ${start}`, 20 * start), (20 * start + 10) * SECOND);
    expect([log.starts.length, log.replaced.size, log.seen.size]).toEqual([50, 50, 1]);
  });
});

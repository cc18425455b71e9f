import { ManualClock } from './manual-clock';

describe('ManualClock', () => {
  it('stands still until it is moved on, on both scales', () => {
    const clock = new ManualClock(new Date('2025-06-01T12:00:00Z'));
    clock.advance(250);
    clock.advance(0.5);
    expect([clock.now(), clock.wallTime()]).toEqual([250.5, Date.UTC(2025, 5, 1, 12) + 250.5]);
  });

  it('sets the wall time without a notice for durations', () => {
    const clock = new ManualClock(1_000);
    clock.advance(10);
    clock.setWallTime(new Date(500));
    expect([clock.now(), clock.wallTime()]).toEqual([10, 500]);
    clock.advance(10);
    expect([clock.now(), clock.wallTime()]).toEqual([20, 510]);
  });

  it.each([-1, NaN])('does not advance by %d', (milliseconds) => {
    expect(() => new ManualClock().advance(milliseconds)).toThrow(RangeError);
  });

  it('calls back at the time that was asked for, in the order of these times, and once', () => {
    const clock = new ManualClock(0);
    const calls: [name: string, now: number, wallTime: number][] = [];
    const log = (name: string) => () => void calls.push([name, clock.now(), clock.wallTime()]);
    clock.after(20, log('late'));
    clock.after(10, log('early'));
    clock.after(31, log('not yet'));
    clock.advance(9);
    expect(calls).toEqual([]);
    clock.advance(21);
    clock.advance(0);
    expect(calls).toEqual([
      ['early', 10, 10],
      ['late', 20, 20],
    ]);
    expect(clock.now()).toBe(30);
  });

  it('calls back what a callback asks for on the way', () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const again = () => {
      times.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    clock.advance(35);
    expect(times).toEqual([10, 20, 30]);
  });

  it('does not call back what was taken back', () => {
    const clock = new ManualClock();
    const callback = jest.fn();
    clock.after(10, callback)();
    clock.advance(20);
    expect(callback).not.toHaveBeenCalled();
  });
});

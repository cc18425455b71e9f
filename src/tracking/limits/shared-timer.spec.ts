import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { ManualClock } from '../../testing';
import { SharedTimer, TimerWaiter } from './shared-timer';

const faults = { guard: <Result>(_where: string, step: () => Result) => step() };

/** Writes down when it is called back. */
class Waiter extends TimerWaiter {
  constructor(
    readonly name: number | string,
    private readonly log: unknown[],
  ) {
    super();
  }

  override fire(now: number): void {
    this.log.push([this.name, now]);
  }
}

function open() {
  const clock = new ManualClock();
  const after = jest.spyOn(clock, 'after');
  const log: unknown[] = [];
  const timer = new SharedTimer({ clock, faults });
  const wait = (waiter: TimerWaiter, delayMs: number) => timer.wait(waiter, delayMs, clock.now());
  return { clock, after, log, timer, wait, waiter: (name: number | string) => new Waiter(name, log) };
}

/** What a step does: waits so long, waits no longer, or lets so much time pass. */
type Step =
  { readonly who: number; readonly waitMs: number } | { readonly stops: number } | { readonly passMs: number };

const WAITERS = 40;
const who = fc.nat(WAITERS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ who, waitMs: fc.oneof(fc.nat(40), fc.constantFrom(5, 2 ** 31, 2 ** 33)) }),
  fc.record({ stops: who }),
  fc.record({ passMs: fc.constantFrom(0, 1, 4, 5, 20, 2 ** 31) }),
);

/** Does the steps with a timer for each that waits. */
function withTimerEach(steps: readonly Step[]): unknown[] {
  const { clock, log } = open();
  const cancel = new Map<number, () => void>();
  for (const step of steps) {
    if ('passMs' in step) clock.advance(step.passMs);
    else if ('stops' in step) cancel.get(step.stops)?.();
    else {
      cancel.get(step.who)?.();
      const fire = () => log.push([step.who, clock.now()]);
      cancel.set(step.who, clock.after(step.waitMs, fire));
    }
  }
  return log;
}

function withOneTimer(steps: readonly Step[]): unknown[] {
  const { clock, log, timer, wait, waiter } = open();
  const waiters = Array.from({ length: WAITERS }, (_, name) => waiter(name));
  for (const step of steps) {
    if ('passMs' in step) clock.advance(step.passMs);
    else if ('stops' in step) timer.release(waiters[step.stops]!);
    else wait(waiters[step.who]!, step.waitMs);
  }
  return log;
}

describe('A shared timer', () => {
  it('calls back those that wait, when, and in the order in which a timer of its own for each would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        expect(withOneTimer(steps)).toEqual(withTimerEach(steps));
      }),
    );
  });

  it('sets one timer for ten thousand calls that end before their limit', () => {
    const { clock, after, wait, timer, waiter } = open();
    for (let call = 0; call < 10_000; call += 1) {
      const running = waiter(call);
      wait(running, 60_000);
      clock.advance(1);
      timer.release(running);
    }
    expect(after).toHaveBeenCalledTimes(1);
  });

  it('calls back ten thousand that are due at once', () => {
    const { clock, after, log, wait, waiter } = open();
    for (let call = 0; call < 10_000; call += 1) wait(waiter(call), 50);
    clock.advance(50);
    expect(log).toEqual(Array.from({ length: 10_000 }, (_, call) => [call, 50]));
    expect(after).toHaveBeenCalledTimes(1);
  });

  it('calls back where the clock of its timer is a fraction too fast', () => {
    const { clock, after, log, wait, waiter } = open();
    wait(waiter('early'), 50.7);
    clock.advance(50);
    const [[, fire]] = after.mock.calls as [[number, () => void]];
    fire();
    expect(log).toEqual([['early', 50.7]]);
  });

  it('calls nobody back once it is closed', () => {
    const { clock, log, timer, wait, waiter } = open();
    wait(waiter('open'), 50);
    timer.close();
    clock.advance(50);
    expect(log).toEqual([]);
  });

  it('goes on where one that it calls back throws', () => {
    const { clock, log, wait, waiter } = open();
    const seen: unknown[] = [];
    const guard = (_where: string, step: () => unknown) => {
      try {
        step();
      } catch (fault) {
        seen.push(fault);
      }
    };
    const timer = new SharedTimer({ clock, faults: { guard: guard as typeof faults.guard } });
    const failing = waiter('failing');
    failing.fire = () => {
      throw new Error('no');
    };
    for (const each of [failing, waiter('next')]) timer.wait(each, 50, 0);
    wait(waiter('other'), 50);
    clock.advance(50);
    expect([log, seen]).toEqual([
      [
        ['next', 50],
        ['other', 50],
      ],
      [new Error('no')],
    ]);
  });

  it('waits again, and for those that a callback adds', () => {
    const { clock, log, wait, waiter } = open();
    const again = waiter('again');
    again.fire = (now) => {
      log.push(['again', now]);
      if (now < 150) wait(again, 50);
      if (now === 50) wait(waiter('added'), 0);
    };
    wait(again, 50);
    clock.advance(300);
    expect(log).toEqual([
      ['again', 50],
      ['added', 50],
      ['again', 100],
      ['again', 150],
    ]);
  });

  it('does not count on a timer that never fired', () => {
    const { clock, after, log, wait, waiter } = open();
    after.mockReturnValueOnce(() => {});
    wait(waiter('lost'), 50);
    clock.advance(51);
    wait(waiter('next'), 10);
    clock.advance(10);
    expect(log).toEqual([
      ['lost', 51],
      ['next', 61],
    ]);
  });

  it('does not count on a timer that fake timers took with them', () => {
    const { clock, after, log, wait, waiter } = open();
    wait(waiter('before'), 50);
    clock.advance(10);
    jest.useFakeTimers();
    try {
      wait(waiter('within'), 60);
      expect(after).toHaveBeenCalledTimes(2);
    } finally {
      jest.useRealTimers();
    }
    clock.advance(60);
    expect(log).toEqual([
      ['before', 50],
      ['within', 70],
    ]);
  });

  it('sets its timer outside the context of whoever waits', () => {
    const { after, wait, waiter } = open();
    const requests = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    after.mockImplementationOnce(() => (seen.push(requests.getStore()), () => {}));
    requests.run('a request', () => wait(waiter('call'), 50));
    expect(seen).toEqual([undefined]);
  });
});

import { EMPTY, isObservable, NEVER, Observable } from 'rxjs';
import { enteredExecution } from '../execution/async-context';
import { Calls } from './calls';
import type { LazyFollower } from './result-follower';
import { TrackedSubscriber } from './tracked.subscriber';
import { watchThrough, type Ask } from './watch';

type Subscribe = (...observer: unknown[]) => unknown;

/** Constants of rxjs, to which all code of the process subscribes. */
const SHARED: readonly unknown[] = [EMPTY, NEVER];

/** Each subscription is an execution, also where the Observable is shared (a Subject that a service keeps). */
export const observableFollower: LazyFollower<Observable<unknown>> = {
  awaitable: false,
  lazy: true,
  matches: (result): result is Observable<unknown> => isObservable(result) && !SHARED.includes(result),
  watch(execution, observable) {
    const calls = new Calls(execution);
    const subscribe = (ask: Ask, observer: unknown[]) => subscribeTracked(calls, ask, observer);
    return watchThrough(observable, calls, { subscribe }) ? calls : undefined;
  },
};

function subscribeTracked(calls: Calls, ask: Ask, observer: unknown[]): unknown {
  const use = calls.take();
  if (use === undefined) return ask(...observer);
  const tracked = new Observable<unknown>((subscriber) => {
    const outer = enteredExecution();
    use.begin();
    if (use.stoppedBy !== undefined) return subscriber.error(use.stoppedBy);
    use.run(() => ask(new TrackedSubscriber(subscriber, use, outer)));
  });
  return (tracked.subscribe as Subscribe).apply(tracked, observer);
}

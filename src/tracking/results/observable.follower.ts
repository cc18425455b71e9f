import { isObservable, Observable } from 'rxjs';
import { runInside, runningExecution } from '../execution/async-context';
import { beginUse, type ResultFollower } from './result-follower';
import { TrackedSubscriber } from './tracked.subscriber';

/**
 * Each subscription is an execution. An Observable may be shared (a Subject that a service keeps), so it is not changed;
 * the caller gets a proxy that differs in `subscribe` alone, and is still a Subject where it was one. It is not `===`
 * to the one that the method returned.
 */
export const observableFollower: ResultFollower<Observable<unknown>> = {
  awaitable: false,
  lazy: true,
  inPlace: false,
  matches: (result): result is Observable<unknown> => isObservable(result),
  follow(execution, observable) {
    const tracked = new Observable<unknown>((subscriber) => {
      const outer = runningExecution();
      const use = beginUse(execution);
      if (use.expired !== undefined) return subscriber.error(use.expired);
      runInside(use, () => observable.subscribe(new TrackedSubscriber(subscriber, use, outer)));
    });
    const subscribe = tracked.subscribe.bind(tracked);
    return new Proxy(observable, {
      get: (target, key, proxy) => (key === 'subscribe' ? subscribe : (Reflect.get(target, key, proxy) as unknown)),
    });
  },
};

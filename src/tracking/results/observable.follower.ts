import { isObservable, Observable } from 'rxjs';
import { liveExecution } from '../execution/execution-context';
import { beginUse } from './result-follower';
import type { ResultFollower } from './result-follower';
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
      const outer = liveExecution();
      const live = beginUse(execution);
      if (live.expired !== undefined) return subscriber.error(live.expired);
      live.run(() => observable.subscribe(new TrackedSubscriber(subscriber, live, outer)));
    });
    const subscribe = tracked.subscribe.bind(tracked);
    return new Proxy(observable, {
      get: (target, key, proxy) => (key === 'subscribe' ? subscribe : (Reflect.get(target, key, proxy) as unknown)),
    });
  },
};

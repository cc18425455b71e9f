import {
  BehaviorSubject,
  concat,
  concatMap,
  EMPTY,
  filter,
  firstValueFrom,
  from,
  isObservable,
  lastValueFrom,
  map,
  Observable,
  of,
  ReplaySubject,
  share,
  Subject,
  take,
  throwError,
  toArray,
} from 'rxjs';
import type { ManualClock } from '../../src/testing';
import { BrokenError, row, scenario, streamed, type Mechanism } from './result-row';

/** Three values, 10 ms apart; the end is 5 ms later. */
const count = (clock: ManualClock) =>
  new Observable<number>((subscriber) => {
    for (const value of [1, 2, 3]) {
      clock.advance(10);
      subscriber.next(value);
    }
    clock.advance(5);
    subscriber.complete();
  });

/** What a subscriber sees, in order. */
function watch(source: Observable<unknown>): unknown[] {
  const seen: unknown[] = [];
  source.subscribe({
    next: (value) => seen.push(value),
    error: (error: Error) => seen.push(error.name),
    complete: () => seen.push('complete'),
  });
  return seen;
}

const whole = streamed('success', 35, 3, 10);

export const observables: Mechanism = {
  name: 'an Observable',
  identity: 'kept',
  rows: [
    row('completes', (clock) => scenario({ body: () => count(clock), use: (call) => watch(call()) }), [whole]),
    row('is empty', () => scenario({ body: () => EMPTY, use: (call) => watch(call()) }), [
      streamed('success', 0, 0, undefined),
    ]),
    row(
      'fails',
      (clock) =>
        scenario({
          body: () =>
            concat(
              count(clock),
              throwError(() => new BrokenError()),
            ),
          use: (call) => watch(call()),
        }),
      [streamed('error', 35, 3, 10, 'BrokenError')],
    ),
    row(
      'throws while it is subscribed to',
      () =>
        scenario({
          body: () =>
            new Observable(() => {
              throw new BrokenError();
            }),
          use: (call) => watch(call()),
        }),
      [streamed('error', 0, 0, undefined, 'BrokenError')],
    ),
    row(
      'is subscribed to twice: each subscription is an execution',
      (clock) =>
        scenario({
          body: () => count(clock),
          use(call) {
            const source = call();
            return [watch(source), watch(source)];
          },
        }),
      [whole, whole],
    ),
    row(
      'is kept by the method and returned to every caller',
      (clock) => {
        const kept = count(clock);
        return scenario({ body: () => kept, use: (call) => [watch(call()), watch(call())] });
      },
      [whole, whole],
    ),
    row(
      'is never subscribed to: not counted',
      (clock) => scenario({ body: () => count(clock), use: (call) => isObservable(call()) }),
      [],
    ),
    row(
      'never ends, and is unsubscribed from',
      (clock) =>
        scenario({
          body: () => new Observable((subscriber) => subscriber.next('tick')),
          use(call) {
            const subscription = call().subscribe();
            clock.advance(80);
            subscription.unsubscribe();
            return subscription.closed;
          },
        }),
      [streamed('cancelled', 80, 1, 0)],
    ),
    row(
      'never ends',
      () =>
        scenario({ body: () => new Observable((subscriber) => subscriber.next('tick')), use: (call) => watch(call()) }),
      [],
      { running: 1 },
    ),
    row(
      'is a firehose that listens to whether it is wanted',
      () =>
        scenario({
          body: () =>
            new Observable<number>((subscriber) => {
              for (let value = 0; !subscriber.closed; value += 1) subscriber.next(value);
            }),
          use: (call) => watch(call().pipe(take(1))),
        }),
      [streamed('cancelled', 0, 1, 0)],
    ),
    row(
      'tears down what it holds, once',
      () => {
        let torndown = 0;
        return scenario({
          body: () => new Observable(() => () => void (torndown += 1)),
          use(call) {
            call().subscribe().unsubscribe();
            return torndown;
          },
        });
      },
      [streamed('cancelled', 0, 0, undefined)],
    ),
    row(
      'is chained with operators',
      (clock) =>
        scenario({
          body: () => count(clock),
          use: (call) =>
            watch(
              call().pipe(
                filter((value) => value > 1),
                map((value) => value * 2),
                toArray(),
              ),
            ),
        }),
      [whole],
    ),
    row('is awaited', (clock) => scenario({ body: () => count(clock), use: (call) => lastValueFrom(call()) }), [whole]),
    row(
      'is awaited for its first value',
      (clock) => scenario({ body: () => count(clock), use: (call) => firstValueFrom(call()) }),
      [streamed('cancelled', 10, 1, 10)],
    ),
    row(
      'is concatenated with another: each has its own time',
      (clock) => scenario({ body: () => count(clock), use: (call) => watch(concat(call(), call())) }),
      [whole, whole],
    ),
    row(
      'is one of many that come of each other',
      (clock) =>
        scenario({
          body: () => count(clock),
          use: (call) =>
            watch(
              of('a', 'b').pipe(
                concatMap(() => call()),
                toArray(),
              ),
            ),
        }),
      [whole, whole],
    ),
    row(
      'is shared by its subscribers: one execution',
      (clock) => {
        const source = new Subject<number>();
        return scenario({
          body: () => source,
          use(call) {
            const shared = call().pipe(share());
            const seen = [watch(shared), watch(shared)];
            clock.advance(15);
            source.next(1);
            source.complete();
            return seen;
          },
        });
      },
      [streamed('success', 15, 1, 15)],
    ),
    row(
      'is a Subject, and stays one',
      () =>
        scenario({
          body: () => new Subject<string>(),
          use(call) {
            const subject = call();
            const seen = watch(subject);
            subject.next('said');
            subject.complete();
            return [seen, subject instanceof Subject, subject.observed, subject.closed];
          },
        }),
      [streamed('success', 0, 1, 0)],
    ),
    row(
      'is a BehaviorSubject, and stays one',
      () =>
        scenario({
          body: () => new BehaviorSubject('first'),
          use(call) {
            const subject = call();
            const seen = watch(subject.asObservable());
            subject.next('second');
            const { value } = subject;
            subject.complete();
            return [seen, value, subject instanceof BehaviorSubject, subject.getValue()];
          },
        }),
      [streamed('success', 0, 2, 0)],
    ),
    row(
      'is a ReplaySubject that has ended already',
      () => {
        const kept = new ReplaySubject<string>();
        from(['a', 'b']).subscribe(kept);
        return scenario({ body: () => kept, use: (call) => watch(call()) });
      },
      [streamed('success', 0, 2, 0)],
    ),
  ],
};

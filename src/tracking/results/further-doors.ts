import { classDoors } from './class-doors';
import { isPendingPromise } from './native-promise';
import type { Follow } from './result-follower';
import type { Use } from './use';
import type { Ask, Door } from './watch';

/**
 * The other methods of an object's class. The first that hands out a promise or a stream goes on in its place.
 *
 * @param take the use that has not begun, if there is one
 */
export function furtherDoors(
  source: object,
  take: (isWanted: boolean) => Use | undefined,
  follow: Follow,
): Record<string, Door> {
  let isInside = false;
  const handOut = (ask: Ask, args: unknown[]): unknown => {
    // What a method calls of its own object is its own business.
    const waiting = take(false);
    if (isInside || waiting === undefined) return ask(...args);
    isInside = true;
    try {
      const result = ask(...args);
      // A stream that it has made of the object's own iterator is watched there.
      const isUsed = take(false) !== waiting;
      return !isUsed && result !== source && isGoingOn(result, follow) ? goOn(take(true), result, follow) : result;
    } finally {
      isInside = false;
    }
  };
  return Object.fromEntries(classDoors(source).map((key) => [key, handOut]));
}

function isGoingOn(result: unknown, { isStream }: Follow): boolean {
  return isPendingPromise(result) || isStream(Array.isArray(result) ? result[0] : result);
}

function goOn(use: Use | undefined, result: unknown, follow: Follow): unknown {
  if (use === undefined) return result;
  // Branches of a stream are read together.
  if (Array.isArray(result)) use.passedOn(result[0], follow);
  else if (isPendingPromise(result)) return use.begin().passedOn(result, follow);
  else return use.passedOn(result, follow);
  return result;
}

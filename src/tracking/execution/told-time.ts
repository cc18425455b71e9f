import type { Clock } from '../../collection/clock';

/**
 * When something happened that is told later, on the clock's scale: now at the latest, and undefined where what is told is no
 * time.
 */
export function toldTime(time: Date | undefined, clock: Clock): number | undefined {
  const milliseconds = time instanceof Date ? time.getTime() : NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  const now = clock.now();
  return Math.min(now, now - (clock.wallTime(now) - milliseconds));
}

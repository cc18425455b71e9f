import { randomInt } from 'node:crypto';
import { isCallContext } from './call-context';
import { canonicalText } from './canonical-text';

/**
 * Where both halves begin, random in each process, so that clients cannot search for arguments with equal hashes. All that
 * these would do is to count a call as repeated.
 */
const SEEDS: readonly [number, number] = [randomInt(2 ** 31), randomInt(2 ** 31)];

/** The arguments of code that takes its input from its closure: they are unknown, and equal to none. */
export const UNTOLD_ARGUMENTS: readonly unknown[] = [];

/** Looked up once: a test runner's sandbox takes its time for each global. */
const { imul } = Math;

/** Odd, and without a pattern in their bits. */
const FACTORS = [0x9e3779b1, 0x5f356495] as const;

/** Both halves as one number. */
const halves = new Uint32Array(2);
const whole = new BigUint64Array(halves.buffer);

/**
 * 64 bits of a tool's name and its arguments, equal for calls that are equal; undefined where the arguments cannot be looked
 * at. Arguments that are left out at the end are as undefined ones, and so is what an SDK adds there.
 */
export function hashCall(name: string, args: readonly unknown[]): bigint | undefined {
  if (args === UNTOLD_ARGUMENTS) return undefined;
  const text = canonicalText([name, ...args.slice(0, countGiven(args))]);
  return text === undefined ? undefined : hashText(text);
}

function countGiven(args: readonly unknown[]): number {
  let given = args.length;
  while (given > 0 && (args[given - 1] === undefined || (given > 1 && isCallContext(args[given - 1])))) given -= 1;
  return given;
}

/** Half the time of `node:crypto`'s SHA-1 for arguments of usual size. */
function hashText(text: string): bigint {
  let [low, high] = SEEDS;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = imul(((low << 13) | (low >>> 19)) ^ unit, FACTORS[0]);
    high = imul(((high << 17) | (high >>> 15)) ^ unit, FACTORS[1]);
  }
  halves[0] = mix(low ^ text.length);
  halves[1] = mix(high ^ halves[0]);
  return whole[0]!;
}

/** Each bit depends on all. */
function mix(bits: number): number {
  let mixed = imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** What both formats take for a number, `NaN` and infinity in any case included. */
export const NUMBER = /[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)|nan/iy;

/** A number by itself, as a bound is. @throws SyntaxError */
export function parseNumber(text: string, what: string): number {
  NUMBER.lastIndex = 0;
  if (NUMBER.exec(text)?.[0] !== text) throw new SyntaxError(`${what} is no number: "${text}"`);
  return toNumber(text);
}

/** @throws SyntaxError where a text of digits is beyond a float of 64 bits */
export function toNumber(text: string): number {
  const infinity = /^([+-]?)inf/i.exec(text);
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity;
  const number = Number(text);
  if (Number.isFinite(number) || /^nan$/i.test(text)) return number;
  throw new SyntaxError(`${text} is beyond the range of a float of 64 bits`);
}

import type { Range } from '../harness/statistics';

/** What was measured beside what it may be. */
export interface Judged {
  /** As the summary says it. */
  readonly what: string;
  readonly against: string;
  readonly measured: Range;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly format: (figure: number) => string;
}

/** A target and what came of it, as text. */
export interface Verdict {
  readonly what: string;
  readonly against: string;
  readonly measured: string;
  readonly target: string;
  readonly isMet: boolean;
  /** Whether the processes disagree about it. */
  readonly isWithinSpread: boolean;
}

export function judge({ what, against, measured, atMost = Infinity, atLeast = 0, format }: Judged): Verdict {
  const isGood = (figure: number) => figure <= atMost && figure >= atLeast;
  const isMet = isGood(measured.median);
  return {
    what,
    against,
    measured: formatRange(measured, format),
    target: atMost === Infinity ? `>= ${format(atLeast)}` : `<= ${format(atMost)}`,
    isMet,
    isWithinSpread: isGood(measured.least) !== isGood(measured.most),
  };
}

/** As the tables say whether a target is met. */
export function verdictText({ isMet, isWithinSpread }: Verdict): string {
  return `${isMet ? 'yes' : '**no**'}${isWithinSpread ? ', within the spread' : ''}`;
}

/** `1.23 (1.2 to 1.31)`. */
export function formatRange({ median, least, most }: Range, format: (figure: number) => string): string {
  return least === most ? format(median) : `${format(median)} (${format(least)} to ${format(most)})`;
}

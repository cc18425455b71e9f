import type { LoggerService } from '@nestjs/common';
import { describeValue } from '../runtime/described-value';
import { catchRejection } from '../runtime/thenable';

/** Kinds of trouble that are logged at the most, should one of them have a name from outside in it. */
const MAX_KINDS = 500;

/** Logs each kind of trouble once: a user's log must not fill because of us, and no call may fail. */
export class FaultLog {
  private readonly seen = new Set<string>();

  constructor(private readonly logger: Pick<LoggerService, 'warn' | 'error'>) {}

  /**
   * Runs `step`, whose answer is wanted at once; a fault in it is reported and the answer is undefined. So is that of a
   * function of the user's which returned a promise, whose rejection then ends nothing.
   */
  guard<Result>(where: string, step: () => Result): Result | undefined {
    return this.attempt(where, () => {
      const answer = step();
      if (!catchRejection(answer, () => {})) return answer;
      this.warnOnce(
        `promise:${where}`,
        `"${where}" returned Promise, must answer at once. It was ignored. Further invalid values are not logged.`,
      );
      return undefined;
    });
  }

  /** The same where the answer may be a promise, which the caller follows. */
  attempt<Result>(where: string, step: () => Result): Result | undefined {
    try {
      return step();
    } catch (fault) {
      this.report(where, fault);
      return undefined;
    }
  }

  report(where: string, fault: unknown): void {
    this.once(`fault:${where}`, () => {
      this.logger.error(
        `Tracking failed at "${where}"; the call goes on. Further faults there are not logged.`,
        detailOf(fault),
      );
    });
  }

  warnOnce(kind: string, message: string): void {
    this.once(`warning:${kind}`, () => this.warn(message));
  }

  /** Logs each time; callers see to it that it is rare. */
  warn(message: string): void {
    try {
      this.logger.warn(message);
    } catch {
      // The logger is the user's, and there is no other log.
    }
  }

  private once(kind: string, log: () => void): void {
    if (this.seen.has(kind) || this.seen.size >= MAX_KINDS) return;
    this.seen.add(kind);
    try {
      log();
    } catch {
      // The logger is the user's, and there is no other log.
    }
  }
}

function detailOf(fault: unknown): string {
  try {
    if (fault instanceof Error) return String(fault.stack ?? fault.message);
  } catch {
    // An error that cannot be read is a value like any other.
  }
  return describeValue(fault);
}

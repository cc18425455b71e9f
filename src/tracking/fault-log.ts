import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';

/** Logs each kind of trouble once: a user's log must not fill because of us, and no call may fail. */
export class FaultLog {
  private readonly seen = new Set<string>();

  constructor(private readonly logger: Pick<LoggerService, 'warn' | 'error'>) {}

  /** Runs `step`; a fault in it is reported and the answer is undefined. */
  guard<Result>(where: string, step: () => Result): Result | undefined {
    try {
      return step();
    } catch (fault) {
      this.report(where, fault);
      return undefined;
    }
  }

  report(where: string, fault: unknown): void {
    this.once(`fault:${where}`, () => {
      const detail = fault instanceof Error ? (fault.stack ?? fault.message) : inspect(fault);
      this.logger.error(
        `Tracking failed at "${where}"; the call goes on. Further faults there are not logged.`,
        detail,
      );
    });
  }

  warnOnce(kind: string, message: string): void {
    this.once(`warning:${kind}`, () => void this.logger.warn(message));
  }

  private once(kind: string, log: () => void): void {
    if (this.seen.has(kind)) return;
    this.seen.add(kind);
    try {
      log();
    } catch {
      // The logger is the user's, and there is nobody left to tell.
    }
  }
}

import type { LoggerService } from '@nestjs/common';

/** Keeps what an application logs. */
export class RecordingLogger implements LoggerService {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  /** What the library says when all is well. */
  readonly notices: string[] = [];

  log(message: unknown, context: unknown): void {
    if (context === 'MetricsModule') this.notices.push(String(message));
  }

  warn(message: unknown): void {
    this.warnings.push(String(message));
  }

  error(message: unknown): void {
    this.errors.push(String(message));
  }
}

import type { ExportFormat } from '../../collection/export-format';
import { SharedWork } from '../../runtime/shared-work';

type Text = readonly Buffer[];
type WriteText = (format: ExportFormat, signal: AbortSignal, timeLimitMs: number | undefined) => Promise<Text>;

/** Many scrapes of a format at a time share one text. Its numbers are from when it was begun. */
export class SharedTexts {
  private readonly texts = new SharedWork<Text>();

  constructor(private readonly write: WriteText) {}

  /** @throws when `signal` aborts. The text is given up when no client waits for it any more. */
  export(format: ExportFormat, signal: AbortSignal, timeLimitMs?: number): Promise<Text> {
    return this.texts.share(`${format} ${timeLimitMs}`, (given) => this.write(format, given, timeLimitMs), signal);
  }
}

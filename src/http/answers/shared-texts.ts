import type { ExportFormat } from '../../collection/export-format';

type Text = readonly Buffer[];
type WriteText = (format: ExportFormat, signal: AbortSignal) => Promise<Text>;

/**
 * Has everybody who asks for a format while it is being written wait for that text, so that many scrapes at a time cost the
 * memory and the work of one. Its numbers are from when it was begun. A text that is written is not kept: who asks later
 * gets a new one.
 */
export class SharedTexts {
  private readonly underWay = new Map<ExportFormat, SharedText>();

  constructor(private readonly write: WriteText) {}

  /** @throws when `signal` aborts. The text is given up when nobody waits for it any more. */
  async export(format: ExportFormat, signal: AbortSignal): Promise<Text> {
    const text = this.underWay.get(format) ?? this.begin(format);
    return text.wait(signal);
  }

  private begin(format: ExportFormat): SharedText {
    const forget = () => {
      if (this.underWay.get(format) === text) this.underWay.delete(format);
    };
    const text = new SharedText((signal) => this.write(format, signal), forget);
    this.underWay.set(format, text);
    return text;
  }
}

class SharedText {
  private readonly abandonment = new AbortController();
  private readonly written: Promise<Text>;
  private waiting = 0;

  constructor(
    write: (signal: AbortSignal) => Promise<Text>,
    private readonly onEnd: () => void,
  ) {
    this.written = write(this.abandonment.signal);
    this.written.then(onEnd, onEnd);
  }

  /** Whoever leaves does so at once, even if what the text waits for never comes. */
  async wait(signal: AbortSignal): Promise<Text> {
    signal.throwIfAborted();
    this.waiting += 1;
    let leave!: () => void;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => {
        this.leave();
        reject(signal.reason as Error);
      };
    });
    signal.addEventListener('abort', leave);
    try {
      return await Promise.race([this.written, left]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  private leave(): void {
    this.waiting -= 1;
    if (this.waiting > 0) return;
    this.onEnd();
    this.abandonment.abort();
  }
}

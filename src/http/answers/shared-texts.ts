import type { ExportFormat } from '../../collection/export-format';

type Text = readonly Buffer[];
type WriteText = (format: ExportFormat, signal: AbortSignal, timeLimitMs: number | undefined) => Promise<Text>;

/**
 * Has everybody who asks for a format while it is being written within the same time wait for that text, so that many scrapes at a time cost the
 * memory and the work of one. Its numbers are from when it was begun. A text that is written is not kept: who asks later
 * gets a new one.
 */
export class SharedTexts {
  private readonly underWay = new Map<string, SharedText>();

  constructor(private readonly write: WriteText) {}

  /** @throws when `signal` aborts. The text is given up when nobody waits for it any more. */
  async export(format: ExportFormat, signal: AbortSignal, timeLimitMs?: number): Promise<Text> {
    const kind = `${format} ${timeLimitMs}`;
    const text = this.underWay.get(kind) ?? this.begin(kind, (given) => this.write(format, given, timeLimitMs));
    return text.wait(signal);
  }

  private begin(kind: string, write: (signal: AbortSignal) => Promise<Text>): SharedText {
    const forget = () => {
      if (this.underWay.get(kind) === text) this.underWay.delete(kind);
    };
    const text = new SharedText(write, forget);
    this.underWay.set(kind, text);
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

/** The two text formats. */
export type ExpositionTextFormat = 'prometheus' | 'openmetrics';

/** Values by label name. Without a prototype, since `__proto__` is a legal label name. */
export type Labels = Readonly<Record<string, string>>;

/** What OpenMetrics attaches to a bucket or a counter. */
export interface Exemplar {
  /** Such as the id of a trace. */
  readonly labels: Labels;
  /** What was observed. */
  readonly value: number;
  /** In seconds since 1970. */
  readonly timestamp: number | undefined;
}

/** One exposed value. */
export interface ExpositionSample {
  /** With its suffix, such as `_bucket` or `_total`. */
  readonly name: string;
  /** Unescaped. */
  readonly labels: Labels;
  /** May be `NaN` or infinite. */
  readonly value: number;
  /** As it is written: milliseconds in the older format, seconds in OpenMetrics. */
  readonly timestamp: number | undefined;
  /** Undefined where there is none. */
  readonly exemplar: Exemplar | undefined;
}

/** A line of metadata. */
export interface Descriptor {
  readonly keyword: 'HELP' | 'TYPE' | 'UNIT';
  readonly family: string;
  readonly text: string;
}

const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** `# HELP`, `# TYPE` or `# UNIT`; undefined for any other comment. */
export function parseDescriptor(line: string, format: ExpositionTextFormat): Descriptor | undefined {
  const match = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*)(?: (.*))?$/s.exec(line);
  if (match === null) return undefined;
  const [, keyword, family, text = ''] = match as unknown as [string, Descriptor['keyword'], string, string?];
  if (keyword !== 'HELP') return { keyword, family, text };
  // In the older format a quotation mark stands for itself in a help text.
  const escapes = format === 'openmetrics' ? /\\./gs : /\\[^"]/gs;
  return { keyword, family, text: text.replace(escapes, unescape) };
}

/** A line with a value. @throws SyntaxError that says what is wrong with it */
export function parseSample(line: string, format: ExpositionTextFormat): ExpositionSample {
  const scanner = new LineScanner(line, format);
  const name = scanner.take(/[a-zA-Z_:][a-zA-Z0-9_:]*/y, 'the name of a metric');
  const labels = scanner.takeLabels();
  const value = scanner.takeNumber('a value');
  const timestamp = scanner.takeTimestamp();
  const exemplar =
    format === 'openmetrics' && scanner.tryTake(/ #(?= )/y) !== undefined ? takeExemplar(scanner) : undefined;
  scanner.expectEnd();
  return { name, labels, value, timestamp, exemplar };
}

function takeExemplar(scanner: LineScanner): Exemplar {
  scanner.take(/ (?=\{)/y, 'the labels of an exemplar');
  const labels = scanner.takeLabels();
  const characters = Object.entries(labels).reduce((sum, [name, value]) => sum + [...name, ...value].length, 0);
  if (characters > 128)
    throw new SyntaxError(`the labels of an exemplar have ${characters} characters, at most 128 may be`);
  return { labels, value: scanner.takeNumber('the value of an exemplar'), timestamp: scanner.takeTimestamp() };
}

/** Reads a line from left to right. All patterns are sticky. */
class LineScanner {
  private position = 0;
  private readonly gap: RegExp;

  constructor(
    private readonly line: string,
    private readonly format: ExpositionTextFormat,
  ) {
    this.gap = format === 'openmetrics' ? / /y : /[ \t]+/y;
  }

  tryTake(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const taken = pattern.exec(this.line)?.[0];
    this.position += taken?.length ?? 0;
    return taken;
  }

  take(pattern: RegExp, what: string): string {
    const taken = this.tryTake(pattern);
    if (taken !== undefined) return taken;
    throw new SyntaxError(`expected ${what} at "${this.line.slice(this.position, this.position + 40)}"`);
  }

  takeLabels(): Labels {
    const labels = Object.create(null) as Record<string, string>;
    if (this.tryTake(/\{/y) === undefined) return labels;
    while (this.tryTake(/\}/y) === undefined) {
      const name = this.take(/[a-zA-Z_][a-zA-Z0-9_]*(?==)/y, 'the name of a label');
      if (Object.hasOwn(labels, name)) throw new SyntaxError(`the label "${name}" stands twice`);
      const quoted = this.take(/="(?:[^"\\]|\\[\\"n])*"/y, 'the value of a label, quoted and escaped');
      labels[name] = quoted.slice(2, -1).replace(/\\./g, unescape);
      // The older format lets a comma stand after the last label.
      const separator = this.format === 'openmetrics' ? /,(?!\})|(?=\})/y : /,|(?=\})/y;
      this.take(separator, 'a comma or the closing brace');
    }
    return labels;
  }

  /** What stands after a gap. */
  takeNumber(what: string): number {
    this.take(this.gap, 'a space');
    return toNumber(this.take(/[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Inf)|NaN/y, what));
  }

  takeTimestamp(): number | undefined {
    const pattern = this.format === 'openmetrics' ? / -?\d+(?:\.\d+)?/y : /[ \t]+-?\d+/y;
    const taken = this.tryTake(pattern);
    return taken === undefined ? undefined : Number(taken);
  }

  expectEnd(): void {
    this.take(/$/y, 'the end of the line');
  }
}

/** A value as Go writes it. */
export function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function unescape(sequence: string): string {
  const character = ESCAPED[sequence];
  if (character === undefined) throw new SyntaxError(`"${sequence}" is no escape sequence`);
  return character;
}

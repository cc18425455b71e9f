import { unescapeKnown } from './exposition-escapes';
import { NUMBER, toNumber } from './exposition-number';

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

/** How the two formats differ within a line. All patterns are sticky. */
const SYNTAX = {
  prometheus: {
    blanks: /[ \t]*/y,
    beforeValue: /[ \t]*/y,
    beforeTimestamp: /[ \t]+/y,
    timestamp: /[+-]?\d+/y,
    labelValue: /"(?:[^"\\]|\\[\\"n])*"/y,
    // A comma may follow the last label.
    separator: /,|(?=\})/y,
  },
  openmetrics: {
    blanks: /(?:)/y,
    beforeValue: / /y,
    beforeTimestamp: / (?!#)/y,
    timestamp: /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y,
    labelValue: /"(?:[^"\\]|\\.)*"/y,
    separator: /,(?!\})|(?=\})/y,
  },
} as const;

/** Timestamps of the older format have 64 bits. */
const LARGEST_MS = 2 ** 63;

/** The labels of an exemplar together. */
const MOST_CHARACTERS = 128;

/** A line with a value. @throws SyntaxError that says what is wrong with it */
export function parseSample(line: string, format: ExpositionTextFormat): ExpositionSample {
  const scanner = new LineScanner(line, format);
  scanner.skipBlanks();
  const name = scanner.take(/[a-zA-Z_:][a-zA-Z0-9_:]*/y, 'the name of a metric');
  scanner.skipBlanks();
  const labels = scanner.takeLabels();
  const value = scanner.takeNumber('a value');
  const timestamp = scanner.takeTimestamp();
  const isFollowed = format === 'openmetrics' && scanner.tryTake(/ #(?= )/y) !== undefined;
  const exemplar = isFollowed ? takeExemplar(scanner) : undefined;
  scanner.expectEnd();
  return { name, labels, value, timestamp, exemplar };
}

function takeExemplar(scanner: LineScanner): Exemplar {
  scanner.take(/ (?=\{)/y, 'the labels of an exemplar');
  const labels = scanner.takeLabels();
  const characters = Object.entries(labels).reduce((sum, [name, value]) => sum + [...name, ...value].length, 0);
  if (characters > MOST_CHARACTERS) {
    throw new SyntaxError(`the labels of an exemplar have ${characters} characters, at most ${MOST_CHARACTERS} may be`);
  }
  return { labels, value: scanner.takeNumber('the value of an exemplar'), timestamp: scanner.takeTimestamp() };
}

/** Reads a line from left to right. */
class LineScanner {
  private position = 0;
  private readonly syntax: (typeof SYNTAX)[ExpositionTextFormat];

  constructor(
    private readonly line: string,
    private readonly format: ExpositionTextFormat,
  ) {
    this.syntax = SYNTAX[format];
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

  skipBlanks(): void {
    this.tryTake(this.syntax.blanks);
  }

  takeLabels(): Labels {
    const labels = Object.create(null) as Record<string, string>;
    if (this.tryTake(/\{/y) === undefined) return labels;
    this.skipBlanks();
    while (this.tryTake(/\}/y) === undefined) {
      const [name, value] = this.takeLabel();
      if (name === '__name__') throw new SyntaxError('the label "__name__" is reserved');
      if (Object.hasOwn(labels, name)) throw new SyntaxError(`the label "${name}" appears twice`);
      labels[name] = value;
    }
    return labels;
  }

  /** With what separates it from the next one. */
  private takeLabel(): [name: string, value: string] {
    const name = this.take(/[a-zA-Z_][a-zA-Z0-9_]*/y, 'the name of a label');
    this.skipBlanks();
    this.take(/=/y, 'an equals sign after the name of a label');
    this.skipBlanks();
    const quoted = this.take(this.syntax.labelValue, 'the value of a label, quoted and escaped');
    this.skipBlanks();
    this.take(this.syntax.separator, 'a comma or the closing brace');
    this.skipBlanks();
    return [name, quoted.slice(1, -1).replace(/\\./gs, unescapeKnown)];
  }

  takeNumber(what: string): number {
    this.take(this.syntax.beforeValue, 'a space');
    return toNumber(this.take(NUMBER, what));
  }

  takeTimestamp(): number | undefined {
    if (this.tryTake(this.syntax.beforeTimestamp) === undefined) return undefined;
    const timestamp = toNumber(this.take(this.syntax.timestamp, 'a timestamp'));
    if (this.format === 'openmetrics' || Math.abs(timestamp) < LARGEST_MS) return timestamp;
    throw new SyntaxError(`the timestamp ${timestamp} is beyond 64 bits`);
  }

  expectEnd(): void {
    this.take(/$/y, 'the end of the line');
  }
}

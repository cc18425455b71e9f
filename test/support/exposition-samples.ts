/** Label values by name. */
export type Labels = Readonly<Record<string, string>>;

/** One line of a scrape. */
export interface ExpositionSample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/y;
const UNESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** The samples of a scrape, whose series all differ. Comments are left out. */
export class ExpositionSamples {
  private readonly byKey = new Map<string, number>();
  private readonly byName = new Map<string, ExpositionSample[]>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      if (line !== '' && !line.startsWith('#')) this.add(parseSample(line));
    }
  }

  /** The value of the series with exactly these labels. */
  value(name: string, labels: Labels = {}): number | undefined {
    return this.byKey.get(seriesKey(name, labels));
  }

  /** All series of one name that have at least these labels. */
  all(name: string, labels: Labels = {}): readonly ExpositionSample[] {
    const wanted = Object.entries(labels);
    const samples = this.byName.get(name) ?? [];
    return samples.filter((sample) => wanted.every(([label, value]) => sample.labels[label] === value));
  }

  /** Their values added up. */
  sum(name: string, labels: Labels = {}): number {
    return this.all(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  /** Every value by its series, for a comparison as a whole. */
  toRecord(): Record<string, number> {
    return Object.fromEntries(this.byKey);
  }

  private add(sample: ExpositionSample): void {
    const key = seriesKey(sample.name, sample.labels);
    if (this.byKey.has(key)) throw new SyntaxError(`The series ${key} appears twice.`);
    this.byKey.set(key, sample.value);
    const known = this.byName.get(sample.name);
    if (known === undefined) this.byName.set(sample.name, [sample]);
    else known.push(sample);
  }
}

/** One series, whatever the order of its labels. For Prometheus an empty label is as none. */
export function seriesKey(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).filter(([, value]) => value !== '');
  return `${name} ${JSON.stringify(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

function parseSample(line: string): ExpositionSample {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new SyntaxError(`No sample: ${line}`);
  return { name, labels: parseLabels(labels), value: parseValue(value!) };
}

function parseLabels(text: string): Labels {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined) throw new SyntaxError(`No labels: ${text}`);
    labels[name] = value!.replace(/\\["\\n]/g, (escape) => UNESCAPED[escape]!);
  }
  return labels;
}

function parseValue(text: string): number {
  const value = text === '+Inf' ? Infinity : Number(text);
  if (Number.isNaN(value)) throw new SyntaxError(`No value: ${text}`);
  return value;
}

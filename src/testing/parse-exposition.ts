import { checkFamily, sampleNames, seriesKey, type ExpositionFamily } from './exposition-family';
import {
  parseDescriptor,
  parseSample,
  type Descriptor,
  type ExpositionSample,
  type ExpositionTextFormat,
  type Labels,
} from './exposition-line';

const TYPES = {
  prometheus: ['counter', 'gauge', 'histogram', 'summary', 'untyped'],
  openmetrics: ['counter', 'gauge', 'histogram', 'gaugehistogram', 'stateset', 'info', 'summary', 'unknown'],
} as const;

/**
 * What a scrape returned.
 *
 * @example
 * const exposition = parseExposition(await metrics.exportMetrics('prometheus'));
 * expect(exposition.value('crew_requests_total', { status: 'success' })).toBe(1);
 */
export class Exposition {
  /** By the name that stands in `# TYPE`, in the order of the text. */
  readonly families: ReadonlyMap<string, ExpositionFamily>;
  private readonly values: ReadonlyMap<string, number>;

  constructor(families: ReadonlyMap<string, ExpositionFamily>) {
    this.families = families;
    const samples = [...families.values()].flatMap((family) => family.samples);
    this.values = new Map(samples.map(({ name, labels, value }) => [seriesKey(name, labels), value]));
  }

  /** The value of the sample with exactly these labels (an empty one is as none), or undefined where there is none. */
  value(name: string, labels: Labels = {}): number | undefined {
    return this.values.get(seriesKey(name, labels));
  }
}

/**
 * Reads a scrape, and is stricter than a scraper: whatever breaks the format is an error, also where Prometheus
 * silently drops or merges, such as one series written twice or buckets that do not add up.
 *
 * @param format `openmetrics` where the text ends with `# EOF`, unless given
 * @throws SyntaxError that says what is wrong, and in which line
 *
 * @example
 * const scrape = parseExposition(await collector.exportMetrics('prometheus'));
 * expect(scrape.value('crew_agent_executions_total', { agent: 'researcher', status: 'success' })).toBe(1);
 */
export function parseExposition(
  text: string,
  format: ExpositionTextFormat = text.endsWith('# EOF\n') ? 'openmetrics' : 'prometheus',
): Exposition {
  const reader = new ExpositionReader(format);
  for (const [index, line] of contentLines(text, format).entries()) {
    try {
      reader.read(line);
    } catch (error) {
      throw new SyntaxError(`Line ${index + 1}: ${(error as Error).message}.`, { cause: error });
    }
  }
  return new Exposition(reader.finish());
}

function contentLines(text: string, format: ExpositionTextFormat): string[] {
  const end = format === 'openmetrics' ? '# EOF\n' : '';
  if (!text.endsWith(end)) throw new SyntaxError('The text does not end with "# EOF" and a line feed.');
  const content = text.slice(0, text.length - end.length);
  if (content !== '' && !content.endsWith('\n')) throw new SyntaxError('The last line does not end with a line feed.');
  return content.split('\n').slice(0, -1);
}

type GrowingFamily = { -readonly [Key in keyof ExpositionFamily]: ExpositionFamily[Key] } & {
  samples: ExpositionSample[];
};

/** Puts lines together into families. */
class ExpositionReader {
  private readonly families = new Map<string, GrowingFamily>();
  private readonly series = new Set<string>();
  private current: GrowingFamily | undefined;
  /** Metadata that the current family has, each of which it may have once. */
  private readonly described = new Set<string>();

  constructor(private readonly format: ExpositionTextFormat) {}

  read(line: string): void {
    if (line.startsWith('#')) {
      const descriptor = parseDescriptor(line, this.format);
      if (descriptor !== undefined) this.describe(descriptor);
      else if (this.format === 'openmetrics') throw new SyntaxError('OpenMetrics knows no such comment');
    } else if (line.trim() !== '' || this.format === 'openmetrics') {
      this.add(parseSample(line, this.format));
    }
  }

  finish(): ReadonlyMap<string, ExpositionFamily> {
    this.close();
    return this.families;
  }

  private describe({ keyword, family: name, text }: Descriptor): void {
    const family = this.current?.name === name ? this.current : this.open(name);
    if (family.samples.length > 0) throw new SyntaxError(`${keyword} of ${name} stands after its samples`);
    if (this.described.has(keyword)) throw new SyntaxError(`${keyword} of ${name} stands twice`);
    this.described.add(keyword);
    if (keyword === 'HELP') family.help = text;
    else if (keyword === 'UNIT') family.unit = text;
    else family.type = this.knownType(text);
  }

  private knownType(type: string): string {
    const types: readonly string[] = TYPES[this.format];
    if (types.includes(type)) return type;
    throw new SyntaxError(`"${type}" is no type; there are ${types.join(', ')}`);
  }

  private add(sample: ExpositionSample): void {
    const { current } = this;
    const belongs = current !== undefined && sampleNames(current).includes(sample.name);
    const family = belongs ? current : this.open(sample.name);
    if (family.name !== sample.name && this.families.has(sample.name)) {
      throw new SyntaxError(`${sample.name} is the name of a family of its own`);
    }
    const key = seriesKey(sample.name, sample.labels);
    if (this.series.has(key)) throw new SyntaxError(`the series ${key} stands twice`);
    this.series.add(key);
    family.samples.push(sample);
  }

  private open(name: string): GrowingFamily {
    this.close();
    this.refuseClash(name);
    const type = this.format === 'openmetrics' ? 'unknown' : 'untyped';
    this.current = { format: this.format, name, type, help: '', unit: '', samples: [] };
    this.families.set(name, this.current);
    this.described.clear();
    return this.current;
  }

  private refuseClash(name: string): void {
    if (this.families.has(name)) throw new SyntaxError(`the lines of ${name} do not stand together`);
    for (const family of this.families.values()) {
      if (!sampleNames(family).includes(name)) continue;
      throw new SyntaxError(`${name} is the name of a sample of ${family.name}`);
    }
  }

  private close(): void {
    if (this.current !== undefined) checkFamily(this.current);
  }
}

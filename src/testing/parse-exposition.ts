import { parseDescriptor, type Descriptor } from './exposition-descriptor';
import { sampleNames, seriesKey, typesOf, type ExpositionFamily } from './exposition-family';
import { parseSample, type ExpositionSample, type ExpositionTextFormat, type Labels } from './exposition-line';
import { SampleOrder } from './exposition-order';
import { checkFamily, checkSample } from './exposition-rules';

/**
 * What a scrape returned.
 *
 * @example
 * const exposition = parseExposition(await metrics.exportMetrics('prometheus'));
 * expect(exposition.value('crew_requests_total', { status: 'success' })).toBe(1);
 */
export class Exposition {
  /** By the name in `# TYPE`, in the order of the text. */
  readonly families: ReadonlyMap<string, ExpositionFamily>;
  /** Made for the first who asks. */
  private values: ReadonlyMap<string, number> | undefined;

  constructor(families: ReadonlyMap<string, ExpositionFamily>) {
    this.families = families;
  }

  /**
   * The value of the sample with exactly these labels (an empty one is as none), the last where OpenMetrics has several
   * with timestamps; undefined where there is none.
   */
  value(name: string, labels: Labels = {}): number | undefined {
    this.values ??= this.valuesBySeries();
    return this.values.get(seriesKey(name, labels));
  }

  private valuesBySeries(): ReadonlyMap<string, number> {
    const samples = [...this.families.values()].flatMap((family) => family.samples);
    return new Map(samples.map(({ name, labels, value }) => [seriesKey(name, labels), value]));
  }
}

/**
 * Reads a scrape, more strictly than a scraper: every violation of the format is an error, including those that
 * Prometheus silently drops or merges, such as a repeated series or buckets that do not add up.
 *
 * @param format `openmetrics` where the text ends with `# EOF`, unless given
 * @throws SyntaxError that says what is wrong, and in which line or family
 *
 * @example
 * const scrape = parseExposition(await collector.exportMetrics('prometheus'));
 * expect(scrape.value('crew_agent_executions_total', { agent: 'researcher', status: 'success' })).toBe(1);
 */
export function parseExposition(
  text: string,
  format: ExpositionTextFormat = END.test(text) ? 'openmetrics' : 'prometheus',
): Exposition {
  const reader = new ExpositionReader(format);
  for (const [index, line] of contentLines(text, format).entries()) {
    try {
      reader.read(line);
    } catch (error) {
      throw new SyntaxError(`Line ${index + 1}: ${(error as Error).message}.`, { cause: error });
    }
  }
  for (const family of reader.families.values()) checkFamily(family);
  return new Exposition(reader.families);
}

/** A line feed may follow it. */
const END = /# EOF\n?$/;

function contentLines(text: string, format: ExpositionTextFormat): string[] {
  if (!text.isWellFormed()) throw new SyntaxError('The text contains a lone surrogate.');
  const end = format === 'openmetrics' ? END.exec(text)?.[0] : '';
  if (end === undefined) throw new SyntaxError('The text does not end with "# EOF".');
  const content = text.slice(0, text.length - end.length);
  if (content !== '' && !content.endsWith('\n')) throw new SyntaxError('The last line does not end with a line feed.');
  return content.split('\n').slice(0, -1);
}

type GrowingFamily = { -readonly [Key in keyof ExpositionFamily]: ExpositionFamily[Key] } & {
  samples: ExpositionSample[];
};

/** Puts lines together into families. */
class ExpositionReader {
  readonly families = new Map<string, GrowingFamily>();
  /** The family that each name belongs to: its own, and those that its samples have or may have. */
  private readonly owners = new Map<string, string>();
  private readonly order = new SampleOrder();
  private current: GrowingFamily | undefined;
  /** Metadata that the current family has, each of which it may have once. */
  private readonly described = new Set<string>();

  constructor(private readonly format: ExpositionTextFormat) {}

  /** @throws SyntaxError */
  read(line: string): void {
    const content = this.format === 'openmetrics' ? line : line.replace(/^[ \t]+/, '');
    if (content.startsWith('#')) {
      const descriptor = parseDescriptor(content, this.format);
      if (descriptor !== undefined) this.describe(descriptor);
    } else if (content !== '' || this.format === 'openmetrics') {
      this.add(parseSample(content, this.format));
    }
  }

  private describe({ keyword, family: name, text }: Descriptor): void {
    const family = this.current?.name === name ? this.current : this.open(name);
    if (family.samples.length > 0) throw new SyntaxError(`${keyword} of ${name} comes after its samples`);
    if (this.described.has(keyword)) throw new SyntaxError(`${keyword} of ${name} appears twice`);
    this.described.add(keyword);
    if (keyword === 'HELP') family.help = text;
    else if (keyword === 'UNIT') family.unit = text;
    else this.give(family, text);
  }

  private give(family: GrowingFamily, type: string): void {
    const types = typesOf(this.format);
    if (!types.includes(type)) throw new SyntaxError(`"${type}" is no type; there are ${types.join(', ')}`);
    family.type = type;
    this.claimNames(family);
  }

  private add(sample: ExpositionSample): void {
    const family = this.familyOf(sample.name);
    checkSample(family, sample);
    this.order.add(family, sample);
    family.samples.push(sample);
  }

  private familyOf(sample: string): GrowingFamily {
    if (this.current === undefined) return this.open(sample);
    const names = sampleNames(this.current);
    if (names.includes(sample)) return this.current;
    if (this.current.name !== sample) return this.open(sample);
    throw new SyntaxError(`the samples of the ${this.current.type} ${sample} are named ${names.join(', ')}`);
  }

  private open(name: string): GrowingFamily {
    if (this.families.has(name)) throw new SyntaxError(`the lines of ${name} do not stand together`);
    const type = this.format === 'openmetrics' ? 'unknown' : 'untyped';
    const family = { format: this.format, name, type, help: '', unit: '', samples: [] };
    this.claimNames(family);
    this.current = family;
    this.families.set(name, family);
    this.described.clear();
    this.order.beginFamily();
    return family;
  }

  private claimNames(family: GrowingFamily): void {
    for (const name of [family.name, ...sampleNames(family)]) {
      const owner = this.owners.get(name) ?? family.name;
      if (owner === name && owner !== family.name) throw new SyntaxError(`${name} is the name of another family`);
      if (owner !== family.name) throw new SyntaxError(`${name} is the name of a sample of ${owner}`);
      this.owners.set(name, family.name);
    }
  }
}

import type { ExpositionFormat } from '../exposition/exposition';
import { FamilyNames } from '../exposition/family-names';

const HEADER = '# HELP ';
const END = '# EOF\n';
const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);

/** One family, with the samples of several processes. */
interface MergedFamily {
  readonly type: string;
  readonly header: Buffer;
  readonly samples: Buffer[];
}

/**
 * The texts of several processes as one, in which the samples of a family follow one header: the first. What
 * conflicts with it, a family of another type or with one of its names, is left out.
 *
 * Nothing is read but headers: a text of megabytes is cut up where its families begin.
 */
export class MergedText {
  private readonly families = new Map<string, MergedFamily>();
  private readonly names: FamilyNames;
  private readonly isOpenMetrics: boolean;

  constructor(
    format: ExpositionFormat,
    /** Is told of a family that is left out. */
    private readonly onClash: (name: string) => void,
  ) {
    this.isOpenMetrics = format === 'openmetrics';
    this.names = new FamilyNames(format);
  }

  /** Adds the text of one process, piece by piece. */
  *add(pieces: Iterable<Buffer>): Generator<void> {
    let family: MergedFamily | undefined;
    for (const lines of wholeHeaders(pieces)) {
      let from = 0;
      for (let header = findHeader(lines, 0); header >= 0; header = findHeader(lines, from)) {
        family?.samples.push(lines.subarray(from, header));
        from = afterHeader(lines, header);
        family = this.begin(lines.subarray(header, from));
      }
      family?.samples.push(lines.subarray(from));
      yield;
    }
  }

  /** The whole text, without the mark at its end. */
  get pieces(): Buffer[] {
    return [...this.families.values()].flatMap(({ header, samples }) => [
      header,
      ...samples.filter(({ length }) => length > 0),
    ]);
  }

  /** The family of this header, unless it conflicts with another. */
  private begin(header: Buffer): MergedFamily | undefined {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/m.exec(header.toString()) ?? [];
    const known = this.families.get(name);
    if (known?.type === type) return known;
    if (known !== undefined || this.claim(name, type) !== undefined) return void this.onClash(name);
    const family = { type, header, samples: [] };
    this.families.set(name, family);
    return family;
  }

  private claim(name: string, type: string): string | undefined {
    const isShortened = this.isOpenMetrics && type === 'counter';
    return this.names.claim(isShortened ? `${name}_total` : name, type);
  }
}

function findHeader(lines: Buffer, from: number): number {
  for (let at = lines.indexOf(HEADER, from); at >= 0; at = lines.indexOf(HEADER, at + 1)) {
    if (at === 0 || lines[at - 1] === LINE_FEED) return at;
  }
  return -1;
}

/** Behind the two lines of a header. */
function afterHeader(lines: Buffer, header: number): number {
  return lines.indexOf(LINE_FEED, lines.indexOf(LINE_FEED, header) + 1) + 1;
}

/** The same text in pieces that end where a line does, and not within a header; without the mark at its end. */
function* wholeHeaders(pieces: Iterable<Buffer>): Generator<Buffer> {
  let rest: Buffer = NOTHING;
  for (const piece of pieces) {
    const given = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const end = cutAt(given);
    rest = given.subarray(end);
    if (end > 0) yield given.subarray(0, end);
  }
  const isMark = rest.toString('latin1') === END;
  if (rest.length > 0 && !isMark) yield rest;
}

/** Where a piece may be cut: before a line that has no end yet or may be the mark, and not within a header. */
function cutAt(given: Buffer): number {
  const lineStart = startOfLine(given, given.length - 1);
  if (given.at(-1) === LINE_FEED && given[lineStart] !== HEADER.charCodeAt(0)) return given.length;
  const before = startOfLine(given, lineStart - 1);
  return given.subarray(before, before + HEADER.length).toString('latin1') === HEADER ? before : lineStart;
}

/** Of the line that ends at this place. */
function startOfLine(given: Buffer, end: number): number {
  return end <= 0 ? 0 : given.lastIndexOf(LINE_FEED, end - 1) + 1;
}

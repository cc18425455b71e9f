import type { LabelSet } from '../../collection/series/label-set';
import { keepShapes } from '../../runtime/kept-shapes';
import type { HistogramReading, SeriesReading } from './series-reading';

/** Receives the parts of a family. Each output of the families is one: the text, and the objects of prom-client. */
export interface FamilySink {
  gauge(series: LabelSet, value: number): void;
  /**
   * @param born since when it is counted, in milliseconds since 1970
   * @param label tells the sample from others of its series, where a series has several
   */
  counter(series: LabelSet, value: number, born: number, label?: string): void;
  /** The executions of a series by status: a sample each, labelled with its status. */
  statuses(reading: SeriesReading): void;
  histogram(reading: HistogramReading): void;
}

/**
 * The parts of a family, as they were at one moment: they may be handed over one by one while executions go on. A part is
 * what is written between two steps.
 */
export interface FamilyContent {
  /** How many parts. */
  readonly length: number;
  /** Hands one part to a sink. */
  visit(part: number, sink: FamilySink): void;
}

/** Hands one part of a family to a sink. */
export type Hand<Part> = (part: Part, sink: FamilySink) => void;

/** Parts that were read together, all of one kind. */
export class FamilyParts<Part> implements FamilyContent {
  constructor(
    private readonly parts: readonly Part[],
    private readonly hand: Hand<Part>,
  ) {}

  get length(): number {
    return this.parts.length;
  }

  visit(part: number, sink: FamilySink): void {
    this.hand(this.parts[part]!, sink);
  }
}

keepShapes(new FamilyParts([], () => undefined));

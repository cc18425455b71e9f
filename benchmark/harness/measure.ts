import type { Numbers } from './counted-numbers';
import type { Subject } from './subject';

/** How long and how often. */
export interface Effort {
  /** About what a round takes. */
  readonly roundMs: number;
  readonly warmUpMs: number;
}

export interface MeasureParams extends Effort {
  /** Agent-tool pairs, or tools, in use. */
  readonly scale: number;
}

/** Something that is measured of one subject, in the subject's process. */
export interface Measure {
  /** Does a little of the work and returns what was counted, which must be the same for all subjects. */
  agree(): Promise<Numbers>;
  warmUp(): Promise<void>;
  /** Works for a while, unmeasured. What was collected before a round is not a part of what the round measures. */
  settle?(): Promise<unknown>;
  /** Measures once: a figure, or what the suite makes figures of. */
  round(): Promise<unknown>;
  /** Where it serves what it measures, for those who measure from outside. */
  url?(): string;
  /** @throws Error where not everything was counted that has been done */
  finish(): Promise<void>;
}

export type MeasureFactory = (subject: Subject, params: MeasureParams) => Measure;

/** The part of a subject that a measure needs. */
export function needed<Part>(part: Part | undefined, what: string): Part {
  if (part === undefined) throw new Error(`This subject cannot ${what}.`);
  return part;
}

import type { ModelUsage } from '../model/language-model';
import type { ToolFailure } from './findings';

/** What `POST /crew/ask` answers. */
export interface CrewAnswer {
  readonly question: string;
  readonly answer: string;
  /** The sections that the answer names by their numbers. */
  readonly sources: readonly Source[];
  /** Tools that could not do what the question asked of them. */
  readonly failures: readonly ToolFailure[];
  readonly model: { readonly name: string; readonly provider: string } & ModelUsage;
}

export interface Source {
  /** Its number in the answer: 1 for `[1]`. */
  readonly number: number;
  readonly title: string;
  readonly path: string;
  readonly section: string;
  /** What `read_section` finds it by. */
  readonly id: string;
}

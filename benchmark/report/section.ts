import type { Plot } from './svg-plot';
import type { Verdict } from './verdict';

/** One chapter of the results. */
export interface Section {
  readonly title: string;
  /** What was measured, and how; Markdown. */
  readonly explanation: string;
  /** Markdown. */
  readonly table: string;
  /** For the terminal where this suite is asked for by its name; too long for the page. */
  readonly detail?: string;
  /** Why a target is out of reach, where one is missed: what was tried, and what the limit is; Markdown. */
  readonly limit?: string;
  readonly verdicts?: readonly Verdict[];
  readonly plots?: readonly Plot[];
}

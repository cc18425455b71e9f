import type { Section } from '../docs/section';
import type { PlanStep } from './plan';

/** What the researcher brings to the writer. */
export interface Findings {
  readonly passages: readonly Section[];
  readonly calculations: readonly Calculation[];
  readonly failures: readonly ToolFailure[];
}

export interface Calculation {
  readonly expression: string;
  readonly value: string;
}

export interface ToolFailure extends PlanStep {
  readonly error: string;
}

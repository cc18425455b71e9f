import type { ModelUsage } from '../model/language-model';

export type ToolName = 'search_docs' | 'read_section' | 'calculate';

export interface PlanStep {
  readonly tool: ToolName;
  readonly input: string;
}

export interface Plan {
  readonly steps: readonly PlanStep[];
  readonly usage: ModelUsage;
}

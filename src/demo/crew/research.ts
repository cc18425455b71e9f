import type { SearchHit } from '../docs/docs-index';
import type { Section } from '../docs/section';
import type { Calculation, Findings, ToolFailure } from './findings';
import type { PlanStep } from './plan';

const MAX_PASSAGES = 6;

/** One piece of research under way: what is still to be done, which grows with what is found, and what was found. */
export class Research implements Findings {
  readonly passages: Section[] = [];
  readonly calculations: Calculation[] = [];
  readonly failures: ToolFailure[] = [];
  private readonly todo: PlanStep[];
  private readonly planned: Set<string>;

  constructor(steps: readonly PlanStep[]) {
    this.todo = [...steps];
    this.planned = new Set(steps.filter(({ tool }) => tool === 'read_section').map(({ input }) => input));
  }

  nextStep(): PlanStep | undefined {
    return this.todo.shift();
  }

  /** What a search found is read next, each section once. */
  readLater(hits: readonly SearchHit[]): void {
    for (const { id } of hits) {
      if (this.planned.has(id) || this.planned.size >= MAX_PASSAGES) continue;
      this.planned.add(id);
      this.todo.push({ tool: 'read_section', input: id });
    }
  }
}

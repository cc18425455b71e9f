import { Injectable } from '@nestjs/common';
import { TrackAgent } from '../../index';
import { termsOf } from '../docs/terms';
import { LanguageModel, NO_USAGE, type ModelReply } from '../model/language-model';
import type { Plan, PlanStep, ToolName } from './plan';
import { takeApart } from './question-parts';

/** Turns a question into the tools to use: what it spells out at once, searches for the rest. */
@Injectable()
export class PlannerAgent {
  constructor(private readonly model: LanguageModel) {}

  @TrackAgent({ id: 'planner', name: 'Planner' })
  async run(question: string, signal?: AbortSignal): Promise<Plan> {
    const { expressions, references, rest } = takeApart(question);
    const queries = await this.queriesFor(rest, signal);
    const steps = [
      ...stepsWith('search_docs', queries.value),
      ...stepsWith('read_section', references),
      ...stepsWith('calculate', expressions),
    ];
    return { steps, usage: queries.usage };
  }

  private async queriesFor(text: string, signal?: AbortSignal): Promise<ModelReply<string[]>> {
    if (termsOf(text).length === 0) return { value: [], usage: NO_USAGE };
    return this.model.suggestQueries(text, signal);
  }
}

function stepsWith(tool: ToolName, inputs: readonly string[]): PlanStep[] {
  return inputs.map((input) => ({ tool, input }));
}

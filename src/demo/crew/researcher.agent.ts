import { Injectable } from '@nestjs/common';
import { TrackAgent } from '../../index';
import { stopSignal } from '../stop-signal';
import { CalculateTool } from '../tools/calculate.tool';
import { ReadSectionTool } from '../tools/read-section.tool';
import { SearchDocsTool } from '../tools/search-docs.tool';
import type { ToolEvent, ToolOutcome } from './crew-event';
import { toolFailureText } from './crew-failure';
import type { Findings } from './findings';
import type { Plan, PlanStep } from './plan';
import { Research } from './research';

/** Works off a plan with its tools, one after the other. A tool that fails is a finding too. */
@Injectable()
export class ResearcherAgent {
  constructor(
    private readonly searchDocs: SearchDocsTool,
    private readonly readSection: ReadSectionTool,
    private readonly calculate: CalculateTool,
  ) {}

  /** Yields what its tools do, returns what they found. */
  @TrackAgent({ id: 'researcher', name: 'Researcher' })
  async *run(plan: Plan, signal?: AbortSignal): AsyncGenerator<ToolEvent, Findings> {
    const stop = stopSignal(signal);
    const research = new Research(plan.steps);
    for (let step = research.nextStep(); step; step = research.nextStep()) {
      stop.throwIfAborted();
      yield { type: 'tool_start', ...step };
      yield { type: 'tool_result', ...step, ...(await this.attempt(step, research, stop)) };
    }
    return research;
  }

  private async attempt(step: PlanStep, research: Research, signal: AbortSignal): Promise<ToolOutcome> {
    try {
      return { result: await this.take(step, research, signal) };
    } catch (error) {
      const failure = toolFailureText(error);
      if (failure === undefined) throw error;
      research.failures.push({ ...step, error: failure });
      return { error: failure };
    }
  }

  private async take({ tool, input }: PlanStep, research: Research, signal: AbortSignal): Promise<unknown> {
    switch (tool) {
      case 'search_docs': {
        const hits = await this.searchDocs.run(input);
        research.readLater(hits);
        return hits;
      }
      case 'read_section': {
        const section = await this.readSection.run(input, signal);
        const { id, title, path, heading, text } = section;
        research.passages.push(section);
        return { id, title, path, section: heading, length: text.length };
      }
      case 'calculate': {
        const value = this.calculate.run(input);
        research.calculations.push({ expression: input, value });
        return value;
      }
    }
  }
}

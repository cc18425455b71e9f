import { Injectable } from '@nestjs/common';
import { ExecutionTimeoutError, TrackAgent } from '../../index';
import type { Section } from '../docs/markdown-sections';
import { AskExpertTool } from '../tools/ask-expert.tool';
import { CalculateTool } from '../tools/calculate.tool';
import { ReadSectionTool } from '../tools/read-section.tool';
import { SearchDocsTool } from '../tools/search-docs.tool';
import { ToolError } from '../tools/tool.error';
import type { PlanStep, ToolEvent, ToolFailure, ToolOutcome } from './crew-event';

/** The researcher's results, for the writer. */
export class Findings {
  readonly passages: Section[] = [];
  readonly notes: string[] = [];
  readonly failures: ToolFailure[] = [];
}

/** Works off a plan with its tools, one after the other. A tool that fails is a finding too. */
@Injectable()
export class ResearcherAgent {
  constructor(
    private readonly searchDocs: SearchDocsTool,
    private readonly readSection: ReadSectionTool,
    private readonly calculate: CalculateTool,
    private readonly askExpert: AskExpertTool,
  ) {}

  /** Yields what its tools do, returns what they found. */
  @TrackAgent({ id: 'researcher', name: 'Researcher' })
  async *run(plan: readonly PlanStep[]): AsyncGenerator<ToolEvent, Findings> {
    const findings = new Findings();
    // A search appends the sections to read.
    const steps = [...plan];
    for (const step of steps) {
      yield { type: 'tool_start', data: step };
      yield { type: 'tool_result', data: { ...step, ...(await this.attempt(step, findings, steps)) } };
    }
    return findings;
  }

  private async attempt(step: PlanStep, findings: Findings, steps: PlanStep[]): Promise<ToolOutcome> {
    try {
      return { result: await this.use(step, findings, steps) };
    } catch (error) {
      if (!(error instanceof ToolError || error instanceof ExecutionTimeoutError)) throw error;
      findings.failures.push({ ...step, error: error.message });
      return { error: error.message };
    }
  }

  private async use({ tool, input }: PlanStep, { passages, notes }: Findings, steps: PlanStep[]): Promise<unknown> {
    switch (tool) {
      case 'search_docs': {
        const hits = await this.searchDocs.run(input);
        const unread = hits.filter(({ id }) => !steps.some((step) => step.input === id));
        steps.push(...unread.map(({ id }): PlanStep => ({ tool: 'read_section', input: id })));
        return hits;
      }
      case 'read_section':
        passages.push(this.readSection.run(input));
        return passages.at(-1)?.heading;
      case 'calculate':
        notes.push(`${input} = ${this.calculate.run(input)}`);
        return notes.at(-1);
      case 'ask_expert':
        notes.push(`An expert says: ${await this.askExpert.run(input)}`);
        return notes.at(-1);
    }
  }
}

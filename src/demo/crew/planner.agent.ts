import { Injectable } from '@nestjs/common';
import { generateText } from 'ai';
import { currentExecution, TrackAgent } from '../../index';
import { contentWords } from '../docs/content-words';
import { CrewModels } from '../model/crew-models';
import type { PlanStep, ToolName } from './crew-event';

const MAX_QUERIES = 3;

const INSTRUCTIONS = `You search technical documentation. Reply with one to ${MAX_QUERIES} search queries of a few keywords
each that would find what answers the user's question: one query per line, and nothing else.`;

/** How a question names a tool and its input. */
const COMMANDS: readonly (readonly [ToolName, RegExp])[] = [
  ['read_section', /\bsection\s+["“']([^"”']+)["”']/gi],
  ['calculate', /\b(?:calculate|how much is)\s+([^?!;]+?)(?=\s+and\s|[?!;]|\.\s|\.?$)/gi],
  ['ask_expert', /\bask an expert\s+([^?!;.,]+)/gi],
];

/** Turns a question into uses of tools: those that it names, and searches for the rest. */
@Injectable()
export class PlannerAgent {
  constructor(private readonly models: CrewModels) {}

  @TrackAgent({ id: 'planner', name: 'Planner' })
  async run(question: string): Promise<PlanStep[]> {
    const commands: PlanStep[] = [];
    const rest = COMMANDS.reduce(
      (text, [tool, pattern]) =>
        text.replace(pattern, (_, input: string) => {
          commands.push({ tool, input: input.trim() });
          return ' ';
        }),
      question,
    );
    return [...(await this.searchesFor(rest)), ...commands];
  }

  private async searchesFor(text: string): Promise<PlanStep[]> {
    if (contentWords(text).length === 0) return [];
    const reply = await generateText({
      model: this.models.small,
      system: INSTRUCTIONS,
      prompt: text,
      temperature: 0,
      maxRetries: 0,
      abortSignal: currentExecution()?.signal,
    });
    const queries = reply.text.split('\n').filter((line) => line.trim() !== '');
    return queries.slice(0, MAX_QUERIES).map((input) => ({ tool: 'search_docs', input }));
  }
}

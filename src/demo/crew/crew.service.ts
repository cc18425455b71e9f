import { Injectable, Logger } from '@nestjs/common';
import { TrackAgent } from '../../index';
import { addUsage, LanguageModel } from '../model/language-model';
import { ModelUnavailableError } from '../model/model-unavailable.error';
import { stopSignal } from '../stop-signal';
import type { CrewAnswer } from './crew-answer';
import type { CrewEvent } from './crew-event';
import type { Findings } from './findings';
import { PlannerAgent } from './planner.agent';
import { ResearcherAgent } from './researcher.agent';
import { WriterAgent } from './writer.agent';

/** The crew as one: an agent made of agents. */
@Injectable()
export class CrewService {
  private readonly logger = new Logger('Crew');

  constructor(
    private readonly planner: PlannerAgent,
    private readonly researcher: ResearcherAgent,
    private readonly writer: WriterAgent,
    private readonly model: LanguageModel,
  ) {}

  /**
   * Answers a question.
   *
   * @throws ModelUnavailableError if the model's server fails, ExecutionTimeoutError if an agent reaches its limit
   */
  async ask(question: string): Promise<CrewAnswer> {
    const events = this.stream(question);
    let step = await events.next();
    while (!step.done) step = await events.next();
    return step.value;
  }

  /** Answers a question while telling what happens; stops with an `AbortError` once `signal` is aborted. */
  @TrackAgent({ id: 'crew', name: 'Documentation crew', timeoutMs: 300_000 })
  async *stream(question: string, signal?: AbortSignal): AsyncGenerator<CrewEvent, CrewAnswer> {
    try {
      return yield* this.work(question, stopSignal(signal));
    } catch (error) {
      if (error instanceof ModelUnavailableError) this.logger.error(`${JSON.stringify(question)}: ${error.message}`);
      throw error;
    }
  }

  private async *work(question: string, signal: AbortSignal): AsyncGenerator<CrewEvent, CrewAnswer> {
    yield { type: 'start', question };

    yield { type: 'agent_start', agent: 'planner' };
    const plan = await this.planner.run(question, signal);
    yield { type: 'agent_response', agent: 'planner', response: plan.steps };

    yield { type: 'agent_start', agent: 'researcher' };
    const findings = yield* this.researcher.run(plan, signal);
    yield { type: 'agent_response', agent: 'researcher', response: outline(findings) };

    yield { type: 'agent_start', agent: 'writer' };
    const { answer, sources, usage } = await this.writer.run(question, findings, signal);
    yield { type: 'agent_response', agent: 'writer', response: answer };

    const model = { name: this.model.name, provider: this.model.provider, ...addUsage(plan.usage, usage) };
    const done: CrewAnswer = { question, answer, sources, failures: findings.failures, model };
    yield { type: 'done', answer: done };
    return done;
  }
}

/** Findings without the passages' text, which is the writer's material rather than news. */
function outline({ passages, calculations, failures }: Findings): object {
  return { passages: passages.map(({ id }) => id), calculations, failures };
}

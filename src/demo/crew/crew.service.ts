import { Injectable } from '@nestjs/common';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { TrackAgent } from '../../index';
import type { CrewAnswer, CrewEvent } from './crew-event';
import { PlannerAgent } from './planner.agent';
import { ResearcherAgent } from './researcher.agent';
import { WriterAgent } from './writer.agent';

/** The crew as one: an agent made of agents. */
@Injectable()
export class CrewService {
  constructor(
    private readonly planner: PlannerAgent,
    private readonly researcher: ResearcherAgent,
    private readonly writer: WriterAgent,
  ) {}

  /** @throws an error of the AI SDK if the model's server fails, ExecutionTimeoutError if an agent reaches its limit */
  async ask(question: string): Promise<CrewAnswer> {
    const { data } = await lastValueFrom(this.stream(question));
    return data as CrewAnswer;
  }

  /** Tells what the crew does, and the answer last. Unsubscribing stops the crew. */
  @TrackAgent({ id: 'crew', name: 'Documentation crew', timeoutMs: 300_000 })
  stream(question: string): Observable<CrewEvent> {
    return defer(() => this.work(question));
  }

  private async *work(question: string): AsyncGenerator<CrewEvent, void> {
    yield { type: 'agent_start', data: { agent: 'planner' } };
    const plan = await this.planner.run(question);
    yield { type: 'agent_response', data: { agent: 'planner', response: plan } };

    yield { type: 'agent_start', data: { agent: 'researcher' } };
    const findings = yield* this.researcher.run(plan);
    const { passages, notes, failures } = findings;
    const outline = { passages: passages.map(({ id }) => id), notes, failures };
    yield { type: 'agent_response', data: { agent: 'researcher', response: outline } };

    yield { type: 'agent_start', data: { agent: 'writer' } };
    const draft = yield* this.writer.run(question, findings);
    yield { type: 'agent_response', data: { agent: 'writer', response: draft.answer } };
    yield { type: 'done', data: { question, ...draft, failures } };
  }
}

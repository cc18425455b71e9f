import { Injectable } from '@nestjs/common';
import { TrackAgent } from '../../index';
import type { Section } from '../docs/section';
import { LanguageModel, NO_USAGE, type ModelReply, type ModelUsage } from '../model/language-model';
import type { Source } from './crew-answer';
import type { Findings } from './findings';

export interface Draft {
  readonly answer: string;
  readonly sources: readonly Source[];
  readonly usage: ModelUsage;
}

/** Composes the answer from what was found, and says what could not be. */
@Injectable()
export class WriterAgent {
  constructor(private readonly model: LanguageModel) {}

  @TrackAgent({ id: 'writer', name: 'Writer' })
  async run(question: string, findings: Findings, signal?: AbortSignal): Promise<Draft> {
    const { value: prose, usage } = await this.compose(question, findings.passages, signal);
    const paragraphs = [
      ...findings.calculations.map(({ expression, value }) => `${expression} = ${value}`),
      ...(prose === '' ? [] : [prose]),
      ...findings.failures.map(({ tool, error }) => `${tool} failed: ${error}.`),
    ];
    const answer = paragraphs.join('\n\n') || 'The documentation has nothing on this.';
    return { answer, sources: sourcesOf(prose, findings.passages), usage };
  }

  /** A model without passages would make something up. */
  private async compose(
    question: string,
    passages: readonly Section[],
    signal?: AbortSignal,
  ): Promise<ModelReply<string>> {
    if (passages.length === 0) return { value: '', usage: NO_USAGE };
    return this.model.composeAnswer(question, passages, signal);
  }
}

/** The passages that the text names as `[1]` or `[1, 2]`; all that were read, should it name none. */
function sourcesOf(text: string, passages: readonly Section[]): Source[] {
  const named = new Set((text.match(/\[\d+(?:,\s*\d+)*\]/g) ?? []).flatMap((mark) => mark.match(/\d+/g)?.map(Number)));
  const sources = passages.map(toSource);
  const cited = sources.filter(({ number }) => named.has(number));
  return cited.length > 0 ? cited : sources;
}

function toSource({ id, title, path, heading }: Section, index: number): Source {
  return { number: index + 1, title, path, section: heading, id };
}

import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, Module } from '@nestjs/common';
import { streamText, type LanguageModel } from 'ai';
import { currentExecution, MetricsModule, TrackAgent } from 'nestjs-agent-metrics';

// #region first-chunk
interface Chunk {
  readonly text: string;
}

@Injectable()
export class Narrator {
  @TrackAgent({ id: 'narrator', firstChunk: ({ text }: Chunk) => text !== '' })
  async *tell(topic: string): AsyncGenerator<Chunk> {
    yield { text: '' };
    await setTimeout(20);
    yield { text: `Once upon a time there was ${topic}.` };
  }
}
// #endregion

// #region reader
@Injectable()
export class Storyteller {
  constructor(@Inject('MODEL') private readonly model: LanguageModel) {}

  @TrackAgent('storyteller')
  async *tell(topic: string) {
    const execution = currentExecution();
    const { textStream } = streamText({
      model: this.model,
      prompt: `A story about ${topic}`,
      abortSignal: execution?.signal,
      onError: ({ error }) => execution?.fail(error),
    });
    yield* textStream;
  }
}
// #endregion

// #region until
type TextStream = ReturnType<typeof streamText>;

@Injectable()
export class Writer {
  constructor(@Inject('MODEL') private readonly model: LanguageModel) {}

  @TrackAgent({ id: 'writer', until: ({ finishReason }: TextStream) => finishReason })
  write(prompt: string): TextStream {
    const execution = currentExecution();
    return streamText({
      model: this.model,
      prompt,
      abortSignal: execution?.signal,
      onError: ({ error }) => execution?.fail(error),
    });
  }
}
// #endregion

@Module({
  imports: [MetricsModule.forRoot()],
  providers: [Narrator, Storyteller, Writer, { provide: 'MODEL', useValue: 'a model' }],
})
export class StreamingModule {}

import Anthropic from '@anthropic-ai/sdk';
import { Injectable, Module } from '@nestjs/common';
import { MetricsModule, TrackAgent } from 'nestjs-agent-metrics';
import { trackedAnthropic } from 'nestjs-agent-metrics/anthropic';

// #region module
@Injectable()
export class Summariser {
  constructor(private readonly anthropic: Anthropic) {}

  @TrackAgent('summariser')
  async *run(text: string) {
    const stream = await this.anthropic.messages.create({
      model: 'claude-sonnet-5',
      max_tokens: 1024,
      messages: [{ role: 'user', content: `Summarise this: ${text}` }],
      stream: true,
    });
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text;
    }
  }
}

@Module({
  imports: [MetricsModule.forRoot()],
  providers: [{ provide: Anthropic, useFactory: () => trackedAnthropic(new Anthropic()) }, Summariser],
})
export class AppModule {}
// #endregion

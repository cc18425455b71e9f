import { Injectable, Module } from '@nestjs/common';
import { MetricsModule, TrackAgent } from 'nestjs-agent-metrics';
import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import OpenAI from 'openai';

// #region module
@Injectable()
export class Summariser {
  constructor(private readonly openai: OpenAI) {}

  @TrackAgent('summariser')
  async run(text: string) {
    const response = await this.openai.responses.create({ model: 'gpt-4o-mini', input: `Summarise this: ${text}` });
    return response.output_text;
  }
}

@Module({
  imports: [MetricsModule.forRoot()],
  providers: [{ provide: OpenAI, useFactory: () => trackedOpenAI(new OpenAI()) }, Summariser],
})
export class AppModule {}
// #endregion

// #region stream
export async function* answer(openai: OpenAI, question: string) {
  const stream = await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: question }],
    stream: true,
    stream_options: { include_usage: true },
  });
  // The last chunk has the tokens and no choice.
  for await (const { choices } of stream) yield choices[0]?.delta.content ?? '';
}
// #endregion

// #region provider
export const createGroq = (apiKey: string) =>
  trackedOpenAI(new OpenAI({ apiKey, baseURL: 'https://api.groq.com/openai/v1' }), { provider: 'groq' });
// #endregion

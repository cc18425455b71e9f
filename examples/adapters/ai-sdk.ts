import type { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Injectable, Module, Query, Res } from '@nestjs/common';
import { generateText, stepCountIs, streamText, tool, wrapLanguageModel } from 'ai';
import { MetricsModule, TrackAgent } from 'nestjs-agent-metrics';
import { agentMetricsMiddleware, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import { z } from 'zod';

// #region middleware
/** `openai('gpt-4o')`, or the like. */
type ChatModel = Parameters<typeof wrapLanguageModel>[0]['model'];

@Injectable()
export class Forecaster {
  constructor(@Inject('MODEL') private readonly model: ChatModel) {}

  @TrackAgent('forecaster')
  async forecast(question: string): Promise<string> {
    const { text } = await generateText({
      model: wrapLanguageModel({ model: this.model, middleware: agentMetricsMiddleware() }),
      tools: trackedTools({
        weather: tool({
          description: 'The weather of a city',
          inputSchema: z.object({ city: z.string() }),
          execute: ({ city }) => `It rains in ${city}.`,
        }),
      }),
      stopWhen: stepCountIs(5),
      prompt: question,
    });
    return text;
  }
}
// #endregion

// #region streaming
@Controller('chat')
export class ChatController {
  constructor(@Inject('MODEL') private readonly model: ChatModel) {}

  @Get()
  @TrackAgent('chat')
  chat(@Query('prompt') prompt: string, @Res() response: ServerResponse): void {
    const controller = new AbortController();
    // Without it the SDK does not learn that the client has left, and the model goes on.
    response.once('close', () => controller.abort());
    const model = wrapLanguageModel({ model: this.model, middleware: agentMetricsMiddleware() });
    const result = streamText({ model, prompt, abortSignal: controller.signal });
    void result.pipeUIMessageStreamToResponse(response);
  }
}
// #endregion

@Module({
  imports: [MetricsModule.forRoot()],
  controllers: [ChatController],
  providers: [Forecaster, { provide: 'MODEL', useValue: 'openai/gpt-4o' }],
})
export class AiSdkModule {}

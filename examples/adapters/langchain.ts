import { Readable } from 'node:stream';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import * as callbackManagerModule from '@langchain/core/callbacks/manager';
import { ChatOpenAI } from '@langchain/openai';
import { Controller, Get, Inject, Injectable, Module, Query, StreamableFile } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createAgent, tool } from 'langchain';
import { MetricsModule, TrackTool } from 'nestjs-agent-metrics';
import { AgentMetricsCallbackHandler, instrumentLangChain } from 'nestjs-agent-metrics/langchain';
import { z } from 'zod';

export const CHAT_MODEL = Symbol('CHAT_MODEL');

// #region tool
@Injectable()
export class WeatherService {
  @TrackTool('weather_api')
  async lookUp(city: string) {
    return `It rains in ${city}.`;
  }
}

export const weatherTool = (weather: WeatherService) =>
  tool(({ city }: { city: string }) => weather.lookUp(city), {
    name: 'weather',
    description: 'Tells the weather of a city',
    schema: z.object({ city: z.string() }),
  });
// #endregion

// #region agent
@Injectable()
export class ForecastAgent {
  private readonly agent;

  constructor(@Inject(CHAT_MODEL) model: BaseChatModel, weather: WeatherService) {
    this.agent = createAgent({ name: 'forecaster', model, tools: [weatherTool(weather)] });
  }

  async *answer(question: string) {
    const stream = await this.agent.stream(
      { messages: question },
      { streamMode: 'messages', callbacks: [new AgentMetricsCallbackHandler()] },
    );
    for await (const [message] of stream) if (message.type === 'ai') yield message.text;
  }
}
// #endregion

// #region controller
@Controller('forecast')
export class ForecastController {
  constructor(private readonly forecaster: ForecastAgent) {}

  @Get()
  forecast(@Query('q') question: string) {
    return new StreamableFile(Readable.from(this.forecaster.answer(question)));
  }
}
// #endregion

@Module({
  imports: [MetricsModule.forRoot({ endpoint: false })],
  controllers: [ForecastController],
  providers: [
    ForecastAgent,
    WeatherService,
    { provide: CHAT_MODEL, useFactory: () => new ChatOpenAI({ model: 'gpt-4o' }) },
  ],
})
export class ForecastModule {}

export async function bootstrap() {
  // #region instrument
  instrumentLangChain(callbackManagerModule);
  const app = await NestFactory.create(ForecastModule);
  // #endregion
  return app;
}

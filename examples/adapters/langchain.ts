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

// #region tool
@Injectable()
export class WeatherService {
  @TrackTool('weather_api')
  lookUp(city: string) {
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
export const CHAT_MODEL = Symbol('CHAT_MODEL');

@Injectable()
export class ForecastAgent {
  private readonly agent: ReturnType<typeof createForecaster>;

  constructor(@Inject(CHAT_MODEL) model: BaseChatModel, weather: WeatherService) {
    this.agent = createForecaster(model, weather);
  }

  async *answer(question: string) {
    const stream = await this.agent.stream(
      { messages: question },
      { streamMode: 'messages', callbacks: [new AgentMetricsCallbackHandler()] },
    );
    for await (const [message] of stream) if (message.type === 'ai') yield message.text;
  }
}

const createForecaster = (model: BaseChatModel, weather: WeatherService) =>
  createAgent({ name: 'forecaster', model, tools: [weatherTool(weather)] });
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

@Module({
  imports: [MetricsModule.forRoot()],
  controllers: [ForecastController],
  providers: [
    ForecastAgent,
    WeatherService,
    { provide: CHAT_MODEL, useFactory: () => new ChatOpenAI({ model: 'gpt-4o' }) },
  ],
})
export class ForecastModule {}
// #endregion

// #region instrument
export async function bootstrap() {
  instrumentLangChain(callbackManagerModule);
  const app = await NestFactory.create(ForecastModule);
  await app.listen(process.env.PORT ?? 3000);
}
// #endregion

import { addTraceProcessor, Agent, run, setDefaultOpenAIClient, tool } from '@openai/agents';
import { Injectable, Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import { AgentMetricsTraceProcessor } from 'nestjs-agent-metrics/openai-agents';
import OpenAI from 'openai';
import { z } from 'zod';

// #region processor
/** Once, where the process starts. */
addTraceProcessor(new AgentMetricsTraceProcessor());
// #endregion

// #region client
/** Once, too: the client that makes the calls of all models. */
setDefaultOpenAIClient(trackedOpenAI(new OpenAI()));
// #endregion

// #region agent
@Injectable()
export class ForecastService {
  private readonly forecast = tool({
    name: 'forecast',
    description: 'tells the weather of a city',
    parameters: z.object({ city: z.string() }),
    execute: ({ city }) => `${city}: rain`,
  });

  readonly agent = new Agent({ name: 'meteorologist', model: 'gpt-5-mini', tools: [this.forecast] });

  async answer(question: string) {
    return (await run(this.agent, question)).finalOutput;
  }
}

@Module({ imports: [MetricsModule.forRoot()], providers: [ForecastService] })
export class AppModule {}
// #endregion

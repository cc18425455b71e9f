import { addTraceProcessor, Agent, run, tool } from '@openai/agents';
import { Injectable, Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { AgentMetricsTraceProcessor } from 'nestjs-agent-metrics/openai-agents';
import { z } from 'zod';

// #region processor
/** Once, where the process starts. */
addTraceProcessor(new AgentMetricsTraceProcessor());
// #endregion

// #region agent
@Injectable()
export class ForecastService {
  private readonly forecast = tool({
    name: 'forecast',
    description: 'tells the weather of a city',
    parameters: z.object({ city: z.string() }),
    execute: async ({ city }) => `${city}: rain`,
  });

  readonly agent = new Agent({ name: 'meteorologist', model: 'gpt-5-mini', tools: [this.forecast] });

  async answer(question: string) {
    return (await run(this.agent, question)).finalOutput;
  }
}

@Module({ imports: [MetricsModule.forRoot()], providers: [ForecastService] })
export class AppModule {}
// #endregion

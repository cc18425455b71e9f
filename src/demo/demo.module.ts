import { CacheModule } from '@nestjs/cache-manager';
import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { MetricsModule, type Execution, type MetricsRootOptions, type ModelPrice } from '../index';
import { CrewController } from './crew/crew.controller';
import { CrewService } from './crew/crew.service';
import { PlannerAgent } from './crew/planner.agent';
import { ResearcherAgent } from './crew/researcher.agent';
import { WriterAgent } from './crew/writer.agent';
import type { DemoConfig } from './demo.config';
import { DocsIndex } from './docs/docs-index';
import { CrewModels } from './model/crew-models';
import { EMBEDDED_PRICES } from './model/embedded.model';
import { AskExpertTool } from './tools/ask-expert.tool';
import { CalculateTool } from './tools/calculate.tool';
import { ReadSectionTool } from './tools/read-section.tool';
import { SearchDocsTool } from './tools/search-docs.tool';
import { Visitors } from './visitors';

const AGENTS = [CrewService, PlannerAgent, ResearcherAgent, WriterAgent];
const TOOLS = [SearchDocsTool, ReadSectionTool, CalculateTool, AskExpertTool];
const CACHE_TTL_MS = 5 * 60_000;

@Module({
  imports: [CacheModule.register({ ttl: CACHE_TTL_MS })],
  controllers: [CrewController],
  providers: [...AGENTS, ...TOOLS, Visitors],
})
export class DemoModule {
  static forRoot(docs: DocsIndex, { openAi, ...config }: DemoConfig): DynamicModule {
    const prices: Readonly<Record<string, ModelPrice>> = EMBEDDED_PRICES;
    const metrics: MetricsRootOptions = {
      bearerToken: config.metricsToken,
      measurePayloads: true,
      timeouts: config.timeouts,
      pricing: (model) => (openAi ? openAi.price : prices[model]),
      onExecution: logFailure,
    };
    return {
      module: DemoModule,
      imports: [MetricsModule.forRoot(metrics)],
      providers: [
        { provide: DocsIndex, useValue: docs },
        {
          provide: CrewModels,
          useValue: openAi ? CrewModels.ofServer(openAi) : CrewModels.embedded(config.msPerWord),
        },
      ],
    };
  }
}

const logger = new Logger('Crew');

/** The crew answers although a tool failed, so nothing else logs the failure. */
function logFailure({ kind, toolName, model, agentId, status, errorType, durationMs, requestId }: Execution): void {
  if (kind === 'agent' || status === 'success' || status === 'cancelled') return;
  logger.warn(
    `${toolName ?? model} of ${agentId}: ${errorType} after ${Math.round(durationMs)} ms (request ${requestId})`,
  );
}

import { CacheModule } from '@nestjs/cache-manager';
import { Module, type DynamicModule } from '@nestjs/common';
import { Keyv } from 'keyv';
import { ExecutionTracker, MetricsModule } from '../index';
import { CrewController } from './crew/crew.controller';
import { CrewService } from './crew/crew.service';
import { PlannerAgent } from './crew/planner.agent';
import { ResearcherAgent } from './crew/researcher.agent';
import { WriterAgent } from './crew/writer.agent';
import { metricsOptions } from './demo-metrics';
import type { DemoConfig } from './demo.config';
import { DocsIndex } from './docs/docs-index';
import { ExtractiveModel } from './model/extractive.model';
import { LanguageModel } from './model/language-model';
import { OpenAiCompatibleModel } from './model/openai-compatible.model';
import { TrackedModel } from './model/tracked.model';
import { BoundedMap } from './tools/bounded-map';
import { CalculateTool } from './tools/calculate.tool';
import { ReadSectionTool } from './tools/read-section.tool';
import { ResultCache } from './tools/result-cache.service';
import { SearchDocsTool } from './tools/search-docs.tool';
import { Visitors } from './visitors';

const CACHE_ENTRIES = 1_000;
const CACHE_TTL_MS = 5 * 60_000;

@Module({
  imports: [
    CacheModule.registerAsync({
      useFactory: () => ({ stores: new Keyv({ store: new BoundedMap(CACHE_ENTRIES), ttl: CACHE_TTL_MS }) }),
    }),
  ],
  controllers: [CrewController],
  providers: [
    CrewService,
    PlannerAgent,
    ResearcherAgent,
    WriterAgent,
    SearchDocsTool,
    ReadSectionTool,
    CalculateTool,
    ResultCache,
    Visitors,
  ],
})
export class DemoModule {
  static forRoot(docs: DocsIndex, config: DemoConfig): DynamicModule {
    const { openAi } = config;
    const model = openAi ? new OpenAiCompatibleModel(openAi) : new ExtractiveModel();
    return {
      module: DemoModule,
      imports: [MetricsModule.forRoot(metricsOptions(config))],
      providers: [
        { provide: DocsIndex, useValue: docs },
        {
          provide: LanguageModel,
          inject: [ExecutionTracker],
          useFactory: (tracker: ExecutionTracker) => new TrackedModel(model, tracker),
        },
      ],
    };
  }
}

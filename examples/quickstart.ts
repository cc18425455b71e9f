// #region crew
import { Controller, Get, Injectable, Module, Query } from '@nestjs/common';
import { MetricsModule, TrackAgent, TrackTool } from 'nestjs-agent-metrics';

@Injectable()
export class SearchTool {
  @TrackTool('search')
  async query(text: string) {
    return [`${text}: 3 pages found`];
  }
}
@Injectable()
export class ResearcherAgent {
  constructor(private readonly search: SearchTool) {}
  @TrackAgent('researcher')
  async run(question: string) {
    return this.search.query(question);
  }
}
@Controller('ask')
export class AskController {
  constructor(private readonly researcher: ResearcherAgent) {}
  @Get()
  ask(@Query('q') question: string) {
    return this.researcher.run(question);
  }
}
@Module({ imports: [MetricsModule.forRoot()], controllers: [AskController], providers: [ResearcherAgent, SearchTool] })
export class AppModule {}
// #endregion

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
@Controller('ask')
export class ResearcherAgent {
  constructor(private readonly search: SearchTool) {}
  @Get()
  @TrackAgent('researcher')
  async run(@Query('q') question: string) {
    return this.search.query(question);
  }
}
@Module({ imports: [MetricsModule.forRoot()], providers: [SearchTool], controllers: [ResearcherAgent] })
export class AppModule {}
// #endregion

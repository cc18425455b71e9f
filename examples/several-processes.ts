import { Injectable, Module } from '@nestjs/common';
import { MetricsModule, TrackAgent } from 'nestjs-agent-metrics';

// #region module
@Injectable()
export class ResearcherAgent {
  @TrackAgent('researcher')
  run(question: string): string {
    return `An answer to: ${question}`;
  }
}

@Module({
  imports: [MetricsModule.forRoot({ processes: 'machine' })],
  providers: [ResearcherAgent],
})
export class AppModule {}
// #endregion

import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { MetricsModule, TrackAgent } from 'nestjs-agent-metrics';
import { AgentMetricsHealthIndicator } from 'nestjs-agent-metrics/terminus';

@Injectable()
export class ResearcherAgent {
  @TrackAgent('researcher')
  async run(question: string) {
    if (question === '') throw new TypeError('What is the question?');
    return `About ${question}`;
  }
}

// #region controller
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly agents: AgentMetricsHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([
      () => this.agents.checkErrorRate('agents', 0.5),
      () => this.agents.checkErrorRate('researcher', 0.8, { agent: 'researcher', window: '15m' }),
      () => this.agents.checkP95('agents_p95', 60, { minExecutions: 50 }),
      () => this.agents.checkCost('budget', 25, { window: '1h' }),
    ]);
  }
}

@Module({
  imports: [TerminusModule],
  controllers: [HealthController],
  providers: [AgentMetricsHealthIndicator],
})
export class HealthModule {}
// #endregion

@Module({ imports: [MetricsModule.forRoot({ endpoint: false }), HealthModule], providers: [ResearcherAgent] })
export class HealthyModule {}

import { Inject, Injectable, Logger, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { METRICS_REGISTRY, MetricsModule, TrackAgent } from 'nestjs-agent-metrics';
import { Pushgateway, type Registry } from 'prom-client';

// #region push
@Injectable()
export class ReportAgent {
  @TrackAgent('report')
  run(): string {
    return 'All is well.';
  }
}

@Injectable()
export class PushAtShutdown implements BeforeApplicationShutdown {
  private readonly logger = new Logger(PushAtShutdown.name);

  constructor(@Inject(METRICS_REGISTRY) private readonly registry: Registry) {}

  async beforeApplicationShutdown() {
    const url = process.env.PUSHGATEWAY_URL ?? 'http://localhost:9091';
    const gateway = new Pushgateway(url, { timeout: 5_000 }, this.registry);
    try {
      await gateway.push({ jobName: 'nightly-report' });
    } catch (error) {
      this.logger.error('The metrics of this run are lost.', error);
    }
  }
}

@Module({ imports: [MetricsModule.forRoot({ endpoint: false })], providers: [ReportAgent, PushAtShutdown] })
export class NightlyReportModule {}
// #endregion

// #region run
export async function runNightlyReport() {
  const app = await NestFactory.createApplicationContext(NightlyReportModule);
  try {
    app.get(ReportAgent).run();
  } finally {
    await app.close();
  }
}
// #endregion

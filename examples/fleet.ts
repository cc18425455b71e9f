import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';

// #region module
@Module({
  imports: [
    MetricsModule.forRoot({
      endpoint: {
        dashboard: {
          prometheusUrl: process.env.PROMETHEUS_URL ?? 'http://prometheus:9090',
          selector: 'job="agents"',
        },
      },
    }),
  ],
})
export class AppModule {}
// #endregion

import { Module } from '@nestjs/common';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { MetricsModule } from 'nestjs-agent-metrics';
import { AgentMetricsSpanProcessor } from 'nestjs-agent-metrics/otel';

// #region processor
/** Beside the processors that send your spans somewhere. */
export const provider = new BasicTracerProvider({
  spanProcessors: [new AgentMetricsSpanProcessor()],
});

@Module({ imports: [MetricsModule.forRoot()] })
export class AppModule {}
// #endregion

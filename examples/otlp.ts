import { randomUUID } from 'node:crypto';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { MetricsModule, TrackAgent } from 'nestjs-agent-metrics';
import { agentMetricsProducer } from 'nestjs-agent-metrics/otel';

// #region reader
/** The exporter reads OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS. */
export function startTelemetry() {
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: 15_000,
    exportTimeoutMillis: 5_000,
    metricProducers: [agentMetricsProducer()],
  });
  const resource = resourceFromAttributes({ 'service.name': 'crew', 'service.instance.id': randomUUID() });
  return new MeterProvider({ resource, readers: [reader] });
}
// #endregion

// #region module
@Injectable()
export class CrewAgent {
  @TrackAgent('crew')
  answer(question: string) {
    return `The answer to: ${question}`;
  }
}

/** Has no endpoint: the SDK sends the metrics. */
@Module({ imports: [MetricsModule.forRoot({ endpoint: false })], providers: [CrewAgent] })
export class CrewModule {}
// #endregion

// #region job
export async function runNightlyReport() {
  const telemetry = startTelemetry();
  const app = await NestFactory.createApplicationContext(CrewModule);
  try {
    app.get(CrewAgent).answer('What happened today?');
  } finally {
    await app.close();
    // Sends the last numbers, those included that the application has counted as it closed.
    await telemetry.shutdown();
  }
}
// #endregion

// #region container
export async function bootstrap() {
  const telemetry = startTelemetry();
  const app = await NestFactory.create(CrewModule);
  await app.listen(process.env.PORT ?? 3000);

  const stop = async () => {
    // What still runs ends as cancelled.
    await app.close();
    await telemetry.shutdown();
  };
  process.once('SIGTERM', () => void stop());
}
// #endregion

import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { SubjectFactory } from '../harness/subject';
import { startAsk } from './ask.app';

/** nestjs-otel's method counter: how often, not how long. */
export const start: SubjectFactory = () => {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));
  return startAsk('counted');
};

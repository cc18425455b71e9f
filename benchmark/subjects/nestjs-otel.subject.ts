import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { OtelMethodCounter } from 'nestjs-otel';
import type { SubjectFactory, Tool } from '../harness/subject';

function countedTool(name: string): Tool {
  class CountedTool implements Tool {
    @OtelMethodCounter({ prefix: name })
    async query(text: string): Promise<number> {
      return text.length;
    }
  }
  return new CountedTool();
}

/** nestjs-otel's method counter: how often, under a name of its own, and nothing else; it does not take part in what is compared. */
export const start: SubjectFactory = async ({ tools }) => {
  const provider = new MeterProvider({ readers: [new PrometheusExporter({ preventServerStart: true })] });
  metrics.setGlobalMeterProvider(provider);
  return { tools: tools.map(countedTool), close: () => provider.shutdown() };
};

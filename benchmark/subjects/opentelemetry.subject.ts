import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { AGENT, BUCKETS, FAMILIES, type Pair, type Subject, type SubjectSetup, type Tool } from '../harness/subject';

/** More than the benchmark needs: past its limit the SDK would count under one series for all. */
const CARDINALITY = 200_000;

/** The families of the benchmark as instruments, and the exporter that reads them. */
class Instruments {
  readonly exporter = new PrometheusExporter({ preventServerStart: true });
  readonly provider = new MeterProvider({
    readers: [this.exporter],
    views: [{ instrumentName: '*', aggregationCardinalityLimit: CARDINALITY }],
  });
  private readonly meter = this.provider.getMeter('benchmark');
  readonly executions = this.meter.createCounter(FAMILIES.executions);
  readonly durations = this.meter.createHistogram(FAMILIES.durations, {
    advice: { explicitBucketBoundaries: BUCKETS },
  });
  readonly inProgress = this.meter.createUpDownCounter(FAMILIES.inProgress);
  private readonly serializer = new PrometheusSerializer();

  /** What the exporter's own server answers. */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.exporter.collect();
    if (errors.length > 0) throw errors[0] as Error;
    return this.serializer.serialize(resourceMetrics);
  }
}

function handWrittenTool({ executions, durations, inProgress }: Instruments, tool: string): Tool {
  class HandWrittenTool implements Tool {
    async query(text: string): Promise<number> {
      inProgress.add(1, { agent: AGENT, tool });
      const start = performance.now();
      try {
        const result = text.length;
        executions.add(1, { agent: AGENT, tool, status: 'success' });
        return result;
      } catch (error) {
        executions.add(1, { agent: AGENT, tool, status: 'error' });
        throw error;
      } finally {
        durations.record((performance.now() - start) / 1_000, { agent: AGENT, tool });
        inProgress.add(-1, { agent: AGENT, tool });
      }
    }
  }
  return new HandWrittenTool();
}

/** The SDK of OpenTelemetry with its exporter for Prometheus, by hand. */
export const start = async ({ tools }: SubjectSetup) => {
  const instruments = new Instruments();
  const { executions, durations, inProgress, exporter, provider } = instruments;
  return {
    exporter,
    record({ agent, tool }: Pair, durationMs: number) {
      inProgress.add(1, { agent, tool });
      executions.add(1, { agent, tool, status: 'success' });
      durations.record(durationMs / 1_000, { agent, tool });
      inProgress.add(-1, { agent, tool });
    },
    tools: tools.map((tool) => handWrittenTool(instruments, tool)),
    render: () => instruments.text(),
    close: () => provider.shutdown(),
  } satisfies Subject & { exporter: PrometheusExporter };
};

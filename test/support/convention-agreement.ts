import type { HistogramValue, MetricData } from '../../src/adapters/otel';
import type { CollectedDocument, TokenDocument } from './collected-document';

interface Durations {
  readonly total_duration_seconds: number;
  readonly min_duration_seconds: number;
  readonly max_duration_seconds: number;
}

/** Fails where metrics under the names of the GenAI conventions say other than the JSON. */
export function expectConventions(document: CollectedDocument, metrics: readonly MetricData[]): void {
  const figures = new ConventionFigures(metrics);
  for (const [id, agent] of Object.entries(document.agent_metrics)) {
    expect([id, figures.durations('invoke_agent.duration', { 'gen_ai.agent.name': id })]).toEqual([
      id,
      durationsOf(agent),
    ]);
  }
  for (const [name, tool] of Object.entries(document.tool_metrics)) {
    const attributes = { 'gen_ai.tool.name': name, 'gen_ai.operation.name': 'execute_tool' };
    expect([name, figures.durations('execute_tool.duration', attributes)]).toEqual([name, durationsOf(tool)]);
  }
  for (const [name, model] of Object.entries(document.model_metrics)) {
    const attributes = { 'gen_ai.request.model': name, 'gen_ai.operation.name': 'chat' };
    expect([name, figures.durations('client.inference.duration', attributes)]).toEqual([name, durationsOf(model)]);
    expect([name, figures.tokens(attributes)]).toEqual([name, tokensOf(model.token_usage)]);
    expect([name, figures.legacyTokens(attributes)]).toEqual([name, legacyTokensOf(model.token_usage)]);
  }
}

class ConventionFigures {
  constructor(private readonly metrics: readonly MetricData[]) {}

  durations(name: string, attributes: object): Durations {
    const found = this.values<HistogramValue>(name, attributes).filter(({ count }) => count > 0);
    return {
      total_duration_seconds: Number(sum(found.map((value) => value.sum)).toFixed(9)),
      min_duration_seconds: found.length === 0 ? 0 : Math.min(...found.map(({ min }) => min!)),
      max_duration_seconds: found.length === 0 ? 0 : Math.max(...found.map(({ max }) => max!)),
    };
  }

  tokens(attributes: object): ReturnType<typeof tokensOf> {
    const usage = { ...attributes, 'gen_ai.token.modality': 'unknown' };
    const total = (name: string) => sum(this.values<number>(`client.inference.usage.${name}`, usage));
    return {
      input: total('input_tokens'),
      output: total('output_tokens'),
      cacheRead: total('cache_read.input_tokens'),
      cacheWrite: total('cache_write.input_tokens'),
      reasoning: total('reasoning.output_tokens'),
    };
  }

  legacyTokens(attributes: object): { input: number; output: number } {
    const total = (type: string) =>
      sum(
        this.values<HistogramValue>('client.token.usage', { ...attributes, 'gen_ai.token.type': type }).map(
          (value) => value.sum,
        ),
      );
    return { input: total('input'), output: total('output') };
  }

  /** Those of all points that have at least these attributes. */
  private values<Value>(name: string, attributes: object): Value[] {
    const metric = this.metrics.find(({ descriptor }) => descriptor.name === `gen_ai.${name}`);
    const points = (metric?.dataPoints ?? []) as readonly { attributes: Record<string, unknown>; value: unknown }[];
    const wanted = Object.entries(attributes);
    return points
      .filter((point) =>
        wanted.every(([key, value]) => Object.hasOwn(point.attributes, key) && point.attributes[key] === value),
      )
      .map(({ value }) => value as Value);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function durationsOf({ total_duration_seconds, min_duration_seconds, max_duration_seconds }: Durations): Durations {
  return {
    total_duration_seconds: Number(total_duration_seconds.toFixed(9)),
    min_duration_seconds,
    max_duration_seconds,
  };
}

function tokensOf(usage: TokenDocument) {
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cached_input_tokens,
    cacheWrite: usage.cache_write_tokens,
    reasoning: usage.reasoning_tokens,
  };
}

function legacyTokensOf({ input_tokens, output_tokens }: TokenDocument) {
  return { input: input_tokens, output: output_tokens };
}

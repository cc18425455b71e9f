import type { TokenCounts } from '../../collection/models/token-usage';
import type { ModelSeries } from '../../collection/series/model-series';
import type { FamilyDescription, FamilyType } from '../families/metric-families';
import type { Scrape } from '../families/scrape';
import type { SeriesReading } from '../families/series-reading';
import type { DataPoints } from './data-points';

/** Hands the points of a metric to a sink, in steps that are small enough to let others run in between. */
export type PointReader = (scrape: Scrape, points: DataPoints) => Iterable<void>;

/** A metric of the GenAI conventions that says the same as one of our families. */
export interface ConventionMetric {
  readonly name: string;
  readonly unit: string;
  /** The attributes that are the same on every point. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Where its points are other than those of the family. */
  readonly own?: OwnPoints;
}

interface OwnPoints extends Pick<FamilyDescription, 'labels' | 'sampleLabel' | 'help'> {
  readonly type: FamilyType;
  readonly read: PointReader;
}

/** Which operation of a provider a call was is not told apart; embeddings are among them. */
const CHAT = { 'gen_ai.operation.name': 'chat' };

export const AGENT_DURATION: ConventionMetric = { name: 'gen_ai.invoke_agent.duration', unit: 's' };
export const AGENT_TOOL_CALLS: ConventionMetric = { name: 'gen_ai.invoke_agent.tool_calls', unit: '{tool_call}' };
export const AGENT_MODEL_CALLS: ConventionMetric = {
  name: 'gen_ai.invoke_agent.inference_calls',
  unit: '{inference_call}',
};
export const TOOL_DURATION: ConventionMetric = {
  name: 'gen_ai.execute_tool.duration',
  unit: 's',
  constants: { 'gen_ai.operation.name': 'execute_tool' },
};
export const MODEL_DURATION: ConventionMetric = {
  name: 'gen_ai.client.inference.duration',
  unit: 's',
  constants: CHAT,
};
export const MODEL_FIRST_CHUNK: ConventionMetric = {
  name: 'gen_ai.client.inference.time_to_first_chunk',
  unit: 's',
  constants: CHAT,
};

const PER_PROVIDER = ['agent', 'model', 'provider'] as const;

type ModelReading = SeriesReading<ModelSeries>;

function* ofModels(scrape: Scrape, hand: (reading: ModelReading) => void): Generator<void> {
  for (const reading of scrape.modelsApart) {
    hand(reading);
    yield;
  }
}

function usage(name: string, help: string, count: (tokens: TokenCounts) => number): ConventionMetric {
  return {
    name: `gen_ai.client.inference.usage.${name}`,
    unit: '{token}',
    // No provider says it of all its tokens.
    constants: { ...CHAT, 'gen_ai.token.modality': 'unknown' },
    own: {
      type: 'counter',
      help,
      labels: PER_PROVIDER,
      read: (scrape, points) =>
        ofModels(scrape, ({ series, born }) => points.counter(series, count(series.tokens.counts), born)),
    },
  };
}

/** They overlap: the first two are the whole, the others parts of it. */
export const TOKEN_USAGE: readonly ConventionMetric[] = [
  usage(
    'input_tokens',
    'Input tokens of model calls, those included that were cached.',
    (tokens) => tokens.inputTokens,
  ),
  usage('output_tokens', 'Output tokens of model calls, reasoning included.', (tokens) => tokens.outputTokens),
  usage(
    'cache_read.input_tokens',
    "Part of the input tokens that came from the provider's cache.",
    (tokens) => tokens.cachedInputTokens,
  ),
  usage(
    'cache_write.input_tokens',
    "Part of the input tokens that was written to the provider's cache.",
    (tokens) => tokens.cacheWriteTokens,
  ),
  usage('reasoning.output_tokens', 'Part of the output tokens that is reasoning.', (tokens) => tokens.reasoningTokens),
];

/** Removed from the conventions, and charted by many backends still. Of single calls no tokens are kept: it has no buckets. */
export const LEGACY_TOKEN_USAGE: ConventionMetric = {
  name: 'gen_ai.client.token.usage',
  unit: '{token}',
  constants: CHAT,
  own: {
    type: 'histogram',
    help: 'Tokens of model calls: how many calls and their sum.',
    labels: PER_PROVIDER,
    sampleLabel: 'gen_ai.token.type',
    read: (scrape, points) => ofModels(scrape, (reading) => handTotals(reading, points)),
  },
};

function handTotals({ series, born }: ModelReading, points: DataPoints): void {
  const { counts, callsWithoutUsage } = series.tokens;
  // A call that still runs may have reported some.
  const calls = Math.max(0, series.count - callsWithoutUsage);
  points.totals(series, calls, counts.inputTokens, born, 'input');
  points.totals(series, calls, counts.outputTokens, born, 'output');
}

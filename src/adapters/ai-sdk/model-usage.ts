import type { ModelUsage } from '../../index';

type Path = readonly string[];

/**
 * The place of each count: nested as models of AI SDK 6 and 7 report it, flat as those of 5 do, with details as events of 7
 * have it, and of embeddings.
 */
const PATHS = {
  inputTokens: [['inputTokens', 'total'], ['inputTokens'], ['tokens']],
  cachedInputTokens: [['inputTokens', 'cacheRead'], ['inputTokenDetails', 'cacheReadTokens'], ['cachedInputTokens']],
  cacheWriteTokens: [
    ['inputTokens', 'cacheWrite'],
    ['inputTokenDetails', 'cacheWriteTokens'],
  ],
  outputTokens: [['outputTokens', 'total'], ['outputTokens']],
  reasoningTokens: [['outputTokens', 'reasoning'], ['outputTokenDetails', 'reasoningTokens'], ['reasoningTokens']],
} as const satisfies Partial<Record<keyof ModelUsage, readonly Path[]>>;

/** Where the models of AI SDK 5 report what was written to a cache. */
const FLAT_WRITES: readonly Path[] = [
  ['anthropic', 'cacheCreationInputTokens'],
  ['bedrock', 'usage', 'cacheWriteInputTokens'],
];

type Counts = { -readonly [Count in keyof typeof PATHS]?: number };

/** What a model reports of itself, and the end of its answer. */
interface Report {
  readonly usage?: unknown;
  readonly providerMetadata?: unknown;
}

/**
 * The tokens of a model call; undefined where none are reported.
 *
 * @param provider as the SDK names it, such as `anthropic.messages`
 */
export function usageOf({ usage, providerMetadata }: Report, provider = ''): ModelUsage | undefined {
  const counts: Counts = {};
  for (const [count, paths] of Object.entries(PATHS)) {
    const found = firstNumber(usage, paths);
    if (found !== undefined) counts[count as keyof Counts] = found;
  }
  if (Object.keys(counts).length === 0) return undefined;
  if (isFlat(usage)) completeFlat(counts, provider, providerMetadata);
  return counts;
}

/** With AI SDK 5 it is the provider who says whether a sum includes its parts. */
function completeFlat(counts: Counts, provider: string, providerMetadata: unknown): void {
  if (/anthropic|bedrock/.test(provider)) {
    const written = firstNumber(providerMetadata, FLAT_WRITES);
    if (written !== undefined) counts.cacheWriteTokens = written;
    counts.inputTokens = (counts.inputTokens ?? 0) + (counts.cachedInputTokens ?? 0) + (written ?? 0);
  } else if (provider.startsWith('google')) {
    counts.outputTokens = (counts.outputTokens ?? 0) + (counts.reasoningTokens ?? 0);
  }
}

/** As models of AI SDK 5 report it. Events of 7 have details, whose sums are whole. */
function isFlat(usage: unknown): boolean {
  const { inputTokens, outputTokens, inputTokenDetails } = usage as Record<string, unknown>;
  return (typeof inputTokens === 'number' || typeof outputTokens === 'number') && inputTokenDetails === undefined;
}

function firstNumber(source: unknown, paths: readonly Path[]): number | undefined {
  for (const path of paths) {
    const found = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], source);
    if (typeof found === 'number' && Number.isFinite(found)) return found;
  }
  return undefined;
}

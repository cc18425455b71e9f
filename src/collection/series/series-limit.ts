/** The name under which everything is counted that gets no series of its own. */
export const OTHER_NAME = '__other__';

/**
 * The kinds of names that arrive from outside, each with the family (without its prefix) whose executions are folded
 * when the kind is full.
 */
export const LIMITED_FAMILIES = {
  agent: 'agent_executions_total',
  tool: 'tool_executions_total',
  model: 'model_calls_total',
  agentError: 'agent_errors_total',
  toolError: 'tool_errors_total',
  modelError: 'model_errors_total',
  cacheHit: 'cache_hits_total',
  cacheMiss: 'cache_misses_total',
} as const;

export type LimitedKind = keyof typeof LIMITED_FAMILIES;
export type LimitedFamily = (typeof LIMITED_FAMILIES)[LimitedKind];

/** Counts the combinations of names per kind and says whether there is room for one more. */
export class SeriesLimit {
  private readonly used = new Map<LimitedKind, number>();

  /** Executions counted under `__other__`, by family. */
  readonly dropped = new Map<LimitedFamily, number>(Object.values(LIMITED_FAMILIES).map((family) => [family, 0]));

  constructor(
    private readonly max: number,
    private readonly onFirstDrop: (family: LimitedFamily) => void,
  ) {}

  /** Takes a place for a new combination; false when all are taken. */
  admit(kind: LimitedKind): boolean {
    const used = this.used.get(kind) ?? 0;
    if (used >= this.max) return false;
    this.used.set(kind, used + 1);
    return true;
  }

  drop(kind: LimitedKind): void {
    const family = LIMITED_FAMILIES[kind];
    const dropped = this.dropped.get(family) ?? 0;
    this.dropped.set(family, dropped + 1);
    if (dropped === 0) this.onFirstDrop(family);
  }
}

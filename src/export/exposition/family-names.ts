import { exposedFamily, type ExpositionFormat } from './exposition';

/** The suffixes that the names of a family's samples have or may have. */
const SUFFIXES: Readonly<Record<ExpositionFormat, Readonly<Record<string, readonly string[]>>>> = {
  prometheus: { histogram: ['_bucket', '_sum', '_count'], summary: ['_sum', '_count'] },
  openmetrics: {
    counter: ['_total', '_created'],
    histogram: ['_bucket', '_sum', '_count', '_created'],
    summary: ['_sum', '_count', '_created'],
  },
};

/**
 * Who has which name in a text. A family has its own and those of its samples, and no other may have one of them: strict
 * parsers refuse the whole text for it.
 */
export class FamilyNames {
  constructor(
    private readonly format: ExpositionFormat,
    private readonly owners = new Map<string, string>(),
  ) {}

  copy(): FamilyNames {
    return new FamilyNames(this.format, new Map(this.owners));
  }

  /** Takes all names of a metric, or none and returns the metric that has one of them. */
  claim(metric: string, type: string): string | undefined {
    const names = this.namesOf(metric, type);
    for (const name of names) {
      const owner = this.owners.get(name);
      if (owner !== undefined) return owner;
    }
    for (const name of names) this.owners.set(name, metric);
    return undefined;
  }

  private namesOf(metric: string, type: string): string[] {
    const family = exposedFamily(metric, type, this.format);
    const suffixes = SUFFIXES[this.format][family.type] ?? [];
    return ['', ...suffixes].map((suffix) => `${family.name}${suffix}`);
  }
}

import type { Section } from './section';

/** Everything that was measured on one version of Node. */
export interface Results {
  readonly node: number;
  readonly machine: readonly (readonly [what: string, value: string])[];
  /** By suite. */
  readonly suites: Readonly<Record<string, readonly Section[]>>;
}

export const sectionsOf = ({ suites }: Results): readonly Section[] => Object.values(suites).flat();

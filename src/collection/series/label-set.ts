/** A series with its label values, in the order of the family's label names. */
export interface LabelSet {
  readonly labels: readonly string[];
}

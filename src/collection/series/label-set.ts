/** What has label values of its own; the values stand in the order of the family's label names. */
export interface LabelSet {
  readonly labels: readonly string[];
}

import { measureExport } from '../harness/export-measure';
import { needed, type MeasureFactory } from '../harness/measure';

/** The text for Prometheus. */
export const prepare: MeasureFactory = (subject, params) =>
  measureExport(subject, params, needed(subject.render?.bind(subject), 'render'));

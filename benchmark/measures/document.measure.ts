import { measureExport } from '../harness/export-measure';
import { needed, type MeasureFactory } from '../harness/measure';

/** The JSON document. */
export const prepare: MeasureFactory = (subject, params) =>
  measureExport(subject, params, needed(subject.document?.bind(subject), 'write JSON'));

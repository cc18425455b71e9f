/** @import { Instance, MetricsDocument } from './documents' */

/**
 * The source of a document: one process, or all processes of a machine, whichever of them has answered.
 *
 * @param {Pick<MetricsDocument, 'instance' | 'instances'>} document
 * @returns {Instance}
 */
export function answererOf({ instance, instances }) {
  return instances === undefined ? instance : { ...instance, id: `processes of ${instance.hostname}` };
}

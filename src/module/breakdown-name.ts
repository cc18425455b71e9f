import { FinishedExecution } from '../collection/executions/finished-execution';
import { memberName, toExecution, toRunningExecution } from '../collection/reading/execution.reader';
import { FamilyNames } from '../export/exposition/family-names';
import { exposedFamilies } from '../export/families/exposed-families';
import { jsonName } from '../export/json/json-names';

const LABEL = 'a label name [a-zA-Z_][a-zA-Z0-9_]* that does not begin with __';

/** What requests have beside their root execution, and what their routes are asked for: a query names the breakdown, too. */
const OF_REQUESTS = [
  ...['steps', 'slowestStep', 'failedSteps', 'failedStep', 'truncated', 'executions', 'children'],
  ...['view', 'agent', 'tool', 'minMs', 'since', 'limit', 'format', 'worker'],
];

/**
 * What the name of a breakdown must be, where it is something else; undefined for one that is free as a label, in the names of
 * families, and as a member of executions.
 */
export function findNameFault(by: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(by) || by.startsWith('__')) return LABEL;
  const labels = ownLabels();
  if (labels.has(by)) return `another name than our own labels: ${[...labels].join(', ')}`;
  const family = findTakenFamily(by);
  if (family !== undefined) return `a name whose families are free, and ${family} is one of ours`;
  const members = executionMembers();
  const isTaken = [by, jsonName(by), jsonName(memberName(by))].some((name) => members.has(name));
  return isTaken ? `no name that executions have: ${[...members].join(', ')}` : undefined;
}

/** Labels that our families have already, and one that Prometheus keeps for itself. */
export function ownLabels(): ReadonlySet<string> {
  const families = exposedFamilies(undefined);
  return new Set([...families.flatMap(({ labels, sampleLabel = [] }) => [...labels, sampleLabel].flat()), 'le']);
}

/** One of our families that has a name which a family of the breakdown would have, too, in either format. */
function findTakenFamily(by: string): string | undefined {
  const ours = exposedFamilies(undefined);
  const families = [...ours, ...exposedFamilies(by).filter((family) => !ours.includes(family))];
  for (const format of ['prometheus', 'openmetrics'] as const) {
    const names = new FamilyNames(format);
    for (const { name, type } of families) {
      const taken = names.claim(name, type);
      if (taken !== undefined) return taken;
    }
  }
  return undefined;
}

/** As they are named in JSON. */
function executionMembers(): ReadonlySet<string> {
  const finished = new FinishedExecution();
  const moment = { instanceId: '', breakdownBy: undefined, now: 0, wallTime: 0 };
  const members = [toExecution(finished, moment), toRunningExecution(finished, moment)].flatMap(Object.keys);
  return new Set([...members, ...OF_REQUESTS].map(jsonName));
}

import { failing } from './failing.js';
import { foldedNames, restarts, silentWorkers } from './process.js';
import { slower, stuck } from './slow.js';
import { spentBudgets, stoppedRuns, unpriced, withoutUsage } from './spending.js';

/** @import { Facts, Finding, Rule } from './finding.js' */

/** By harm: missing figures, failures, hanging executions, stopped work, changes, unknown figures. @type {readonly Rule[]} */
export const RULES = [
  { id: 'silent', of: silentWorkers },
  { id: 'failing', of: failing },
  { id: 'stuck', of: stuck },
  { id: 'budget', of: spentBudgets },
  { id: 'stopped', of: stoppedRuns },
  { id: 'restart', of: restarts },
  { id: 'slower', of: slower },
  { id: 'unpriced', of: unpriced },
  { id: 'without usage', of: withoutUsage },
  { id: 'folded', of: foldedNames },
];

const TONES = { bad: 0, warn: 1, note: 2 };

/** All findings, the most harmful first. @param {Facts} facts @returns {Finding[]} */
export function judge(facts) {
  const findings = RULES.flatMap(({ of }) => of(facts).sort((a, b) => b.harm - a.harm));
  // Sorting keeps the order of the rules.
  return findings.sort((a, b) => TONES[a.tone] - TONES[b.tone]);
}

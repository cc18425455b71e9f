import { parseArgs } from 'node:util';
import { resultTable, verdictTable } from './report/tables';
import { allocationSuite } from './suites/allocation.suite';
import { callSuite } from './suites/call.suite';
import { recordSuite } from './suites/record.suite';
import type { Result, Suite, Thoroughness } from './suites/suite';

const SUITES: readonly Suite[] = [recordSuite, callSuite, allocationSuite];

const THOROUGH: Thoroughness = { warmUpMs: 1_500, roundMs: 200, rounds: 15, isQuick: false };
const QUICK: Thoroughness = { warmUpMs: 300, roundMs: 40, rounds: 7, isQuick: true };

function chooseSuites(only: readonly string[]): readonly Suite[] {
  const unknown = only.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown === undefined) return SUITES.filter(({ name }) => only.length === 0 || only.includes(name));
  throw new RangeError(`Unknown suite "${unknown}": use ${SUITES.map(({ name }) => name).join(', ')}.`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true, default: [] } },
  });
  const results: Result[] = [];
  for (const suite of chooseSuites(values.only)) {
    for (const result of await suite.run(values.quick ? QUICK : THOROUGH)) {
      results.push(result);
      console.log(`\n${result.title}\n\n${resultTable(result)}`);
    }
  }
  console.log(`\n${verdictTable(results)}`);
}

void main();

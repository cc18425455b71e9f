/** What the process holds at a moment. */
export interface Reading {
  readonly minute: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly executions: number;
}

/** What is left when the application has closed, beyond what was there before it began. */
export interface Remains {
  readonly resources: readonly string[];
  readonly listeners: readonly string[];
  /** Of the processes of the machine, sockets among them. */
  readonly files: readonly string[];
  readonly hasContext: boolean;
  readonly isApplicationKept: boolean;
}

export interface SoakVerdict {
  readonly isPassed: boolean;
  readonly lines: readonly string[];
}

const MIB = 2 ** 20;

/** A heap that grows by less than this in its second half does not grow with what happens in it. */
const FLAT = 0.05;
const FLAT_BYTES = 2 * MIB;

/** Of the halves of the second half: by then every table is full. */
function growthOf(values: readonly number[]): { bytes: number; share: number } {
  const settled = values.slice(Math.floor(values.length / 2));
  const middle = Math.ceil(settled.length / 2);
  const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const bytes = mean(settled.slice(middle)) - mean(settled.slice(0, middle));
  return { bytes, share: bytes / mean(settled) };
}

function judgeGrowth(what: string, values: readonly number[]): [isFlat: boolean, line: string] {
  const { bytes, share } = growthOf(values);
  const isFlat = share < FLAT || bytes < FLAT_BYTES;
  const growth = `${(bytes / MIB).toFixed(2)} MiB (${(share * 100).toFixed(1)} %)`;
  return [isFlat, `${what}: ${isFlat ? 'flat' : 'GROWS'}, ${growth} over the last quarter`];
}

function judgeRest(what: string, left: readonly string[]): [isClean: boolean, line: string] {
  return [left.length === 0, `${what} left over: ${left.length === 0 ? 'none' : left.join(', ')}`];
}

export function judgeSoak(readings: readonly Reading[], remains: Remains): SoakVerdict {
  const executions = readings.at(-1)!.executions.toLocaleString('en-US');
  const judged = [
    judgeGrowth(
      'heap',
      readings.map(({ heapBytes }) => heapBytes),
    ),
    judgeGrowth(
      'resident memory',
      readings.map(({ residentBytes }) => residentBytes),
    ),
    judgeRest('timers and handles', remains.resources),
    judgeRest('listeners', remains.listeners),
    judgeRest('files and sockets of the machine', remains.files),
    judgeRest('context', remains.hasContext ? ['an execution'] : []),
    judgeRest('application', remains.isApplicationKept ? ['its collector'] : []),
  ];
  const isPassed = judged.every(([isGood]) => isGood);
  const lines = judged.map(([, line]) => line);
  return { isPassed, lines: [`${executions} executions`, ...lines, isPassed ? 'PASSED' : 'FAILED'] };
}

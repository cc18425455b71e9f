import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entryOrder, positionAt, type FunctionPlace } from './entry-order';

/** A function of a library that a call walks through. */
export interface RoadFunction {
  /** Below the built package's folder for ours, below `node_modules` for a peer's. */
  readonly file: string;
  /** As V8 names it; without a name its line in the file. */
  readonly name: string;
}

/** Makes so many calls, one after another. */
export type Calls = (count: number) => void | Promise<void>;

interface CountedFunction extends FunctionPlace {
  readonly name: string;
  readonly count: number;
}

/** What happens now and then, at a second's turn for example, is not called by each of so many. */
const CALLS = 20;

const ROOT = join(__dirname, '..', '..');

/** What comes first is left out where a function's file is told. */
const FOLDERS = ['dist', 'node_modules'].map((folder) => join(ROOT, folder) + sep);

/**
 * The functions that every call walks through, each once however often it is entered, in the order in which a call enters
 * them. V8 counts them, in the interpreter: nothing is inlined meanwhile. What the calls have in common, such as the
 * function that makes them, is counted for one call, too, and taken off.
 *
 * @throws Error where no library was called
 */
export async function roadOf(calls: Calls): Promise<RoadFunction[]> {
  const session = new Session();
  session.connect();
  try {
    const walked = await functionsOfEachCall(session, calls);
    if (walked.length === 0) throw new Error('No function of a library was called.');
    const ordered = await entryOrder(session, walked, () => calls(1));
    return ordered.map(described);
  } finally {
    session.disconnect();
  }
}

async function functionsOfEachCall(session: Session, calls: Calls): Promise<CountedFunction[]> {
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await calls(CALLS);
  await session.post('Profiler.takePreciseCoverage');
  await calls(1);
  const once = new Map((await takeCounts(session)).map((called) => [keyOf(called), called.count]));
  await calls(1 + CALLS);
  const often = await takeCounts(session);
  await session.post('Profiler.stopPreciseCoverage');
  return often.filter((called) => called.count - (once.get(keyOf(called)) ?? 0) >= CALLS);
}

/** What was called of libraries since the last taking. */
async function takeCounts(session: Session): Promise<CountedFunction[]> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result.filter(({ url }) => folderOf(url) !== undefined).flatMap(functionsOf);
}

function functionsOf({ scriptId, url, functions }: Profiler.ScriptCoverage): CountedFunction[] {
  return functions.map(({ functionName, ranges }) => ({ scriptId, url, name: functionName, ...ranges[0]! }));
}

const keyOf = ({ scriptId, startOffset }: CountedFunction) => `${scriptId}:${startOffset}`;

function folderOf(url: string): string | undefined {
  return url.startsWith('file:') ? FOLDERS.find((folder) => fileURLToPath(url).startsWith(folder)) : undefined;
}

function described(called: CountedFunction): RoadFunction {
  const file = relative(folderOf(called.url)!, fileURLToPath(called.url));
  return { file, name: called.name || `(line ${positionAt(called, called.startOffset).lineNumber + 1})` };
}

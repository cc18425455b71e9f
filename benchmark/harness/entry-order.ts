import { readFileSync } from 'node:fs';
import type { Debugger } from 'node:inspector';
import type { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

/** The place of a function in its script, by coverage. */
export interface FunctionPlace {
  readonly scriptId: string;
  readonly url: string;
  readonly startOffset: number;
  readonly endOffset: number;
}

/**
 * The functions in the order in which `call` first enters them, which coverage does not tell: it stops in each for a
 * moment. Those that it never stops in, since nothing in them can be stopped at, come last.
 */
export async function entryOrder<Called extends FunctionPlace>(
  session: Session,
  functions: readonly Called[],
  call: () => void | Promise<void>,
): Promise<Called[]> {
  const byBreakpoint = new Map<string, Called>();
  const entered = new Set<Called>();
  await session.post('Debugger.enable');
  for (const called of functions) {
    for (const location of await locationsIn(session, called)) {
      const { breakpointId } = await session.post('Debugger.setBreakpoint', { location });
      byBreakpoint.set(breakpointId, called);
    }
  }
  session.on('Debugger.paused', ({ params }) => {
    for (const id of params.hitBreakpoints ?? []) entered.add(byBreakpoint.get(id)!);
  });
  await call();
  await session.post('Debugger.disable');
  return [...entered, ...functions.filter((called) => !entered.has(called))];
}

async function locationsIn(session: Session, called: FunctionPlace): Promise<Debugger.BreakLocation[]> {
  const { scriptId, startOffset, endOffset } = called;
  const { locations } = await session.post('Debugger.getPossibleBreakpoints', {
    start: { scriptId, ...positionAt(called, startOffset) },
    end: { scriptId, ...positionAt(called, endOffset) },
    restrictToFunction: true,
  });
  return locations;
}

/** From 0, as the debugger counts. */
export function positionAt({ url }: FunctionPlace, offset: number): Omit<Debugger.Location, 'scriptId'> {
  const lines = readFileSync(fileURLToPath(url), 'utf8').slice(0, offset).split('\n');
  return { lineNumber: lines.length - 1, columnNumber: lines.at(-1)!.length };
}

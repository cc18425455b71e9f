import { setImmediate } from 'node:timers/promises';
import type { Pair, Tool } from './subject';

/** As many agents as each has tools. */
export function pairsOf(count: number): Pair[] {
  const agents = Math.ceil(Math.sqrt(count));
  return Array.from({ length: count }, (_, i) => ({
    agent: `agent-${i % agents}`,
    tool: `tool-${Math.floor(i / agents)}`,
  }));
}

export function toolNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `tool-${i}`);
}

const DURATIONS = 1_024;

/** From 1 ms to 100 s, every magnitude as often as every other; the same in every process. */
export const durationsMs: readonly number[] = Array.from({ length: DURATIONS }, (_, i) => {
  const scattered = (i * 389) % DURATIONS;
  return Math.round(10 ** ((scattered / DURATIONS) * 5));
});

/** The `i`-th duration, for any `i`. */
export function durationMs(i: number): number {
  return durationsMs[i % DURATIONS]!;
}

const TEXT = 'what is measured';

/** Calls between two turns of the event loop: what V8 does between turns must not be left out, nor pile up. */
const CALLS_A_TURN = 50;

/** Calls one tool after another, and looks at what they return. */
export async function callTools(tools: readonly Tool[], calls: number): Promise<void> {
  let characters = 0;
  for (let i = 0; i < calls; i += 1) {
    characters += await tools[i % tools.length]!.query(TEXT);
    if (i % CALLS_A_TURN === 0) await setImmediate();
  }
  if (characters !== calls * TEXT.length) throw new Error('A tool has returned something else than its result.');
}

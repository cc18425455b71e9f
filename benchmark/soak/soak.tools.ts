import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { currentExecution, trackedTool, type ExecutionTracker } from 'nestjs-agent-metrics';

/** The tool that has a limit of a millisecond. */
export const HASTY = 'hasty';
/** The agent that may call two tools. */
export const LOOPING = 'looping';
/** The tenant whose budget is spent. */
export const SPENDER = 'spender';

const planned = () => undefined;
/** What waits for the clock would make the rest wait, too. */
const TIMEOUT_EVERY = 16;

async function* stream(chunks: number) {
  for (let chunk = 0; chunk < chunks; chunk += 1) yield chunk;
}

async function read(source: AsyncIterable<number>, chunks = Infinity): Promise<void> {
  for await (const chunk of source) if (chunk + 1 === chunks) break;
}

/** Everything that a tool may do: return, wait, fail, retry, stream to the end or half-way, ask for its signal. */
export async function useTools(tracker: ExecutionTracker, round: number): Promise<void> {
  const name = (tool: string) => `${tool} ${round}`;
  await tracker.trackTool(name('returns'), async () => round);
  await tracker.trackTool(name('waits'), () => setImmediate());
  await tracker.trackTool(name('fails'), async () => Promise.reject(new Error('Planned.'))).catch(planned);
  await trackedTool(name('function'), async () => currentExecution()!.recordRetry())();
  await tracker.trackTool(name('signal'), async () => currentExecution()!.signal.aborted);
  await read(tracker.trackTool(name('stream'), () => stream(3)));
  await read(
    tracker.trackTool(name('stopped stream'), () => stream(3)),
    1,
  );
  await tracker.trackModel(name('model'), async () => ({ usage: { inputTokens: 1, outputTokens: 1 } }));
}

/** Calls that a limit, a budget or a timeout ends. */
export async function exceed(tracker: ExecutionTracker, round: number): Promise<void> {
  await tracker.trackAgent(LOOPING, () => loop(tracker)).catch(planned);
  if (round % TIMEOUT_EVERY === 0) await tracker.trackTool(HASTY, untilAborted).catch(planned);
}

async function loop(tracker: ExecutionTracker): Promise<void> {
  for (;;) await tracker.trackTool('step', async () => undefined);
}

async function untilAborted(): Promise<void> {
  const { signal } = currentExecution()!;
  if (!signal.aborted) await once(signal, 'abort');
  signal.throwIfAborted();
}

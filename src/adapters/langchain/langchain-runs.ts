import { startExecution, type AgentStart, type ExecutionHandle, type ModelStart, type ToolStart } from '../../index';
import { processWide } from '../../runtime/process-wide';
import { isOpen } from '../../tracking/adapting/adapted-execution';
import { innermostRunning } from '../../tracking/adapting/context-bridge';
import { SweptMap } from '../ground/swept-map';
import { failureOf } from './aborts';

/** One of LangChain's runs that is an execution. */
interface Run {
  readonly id: string;
  readonly handle: ExecutionHandle;
  /** The run inside which it began. */
  readonly around: Run | undefined;
  /** That of a model call, where it was given one. */
  readonly signal: AbortSignal | undefined;
  /** How the run inside it that ended last has failed; undefined where that has succeeded. */
  innerError: unknown;
}

/** What a run is counted as. Where it belongs is known by its parent. */
type RunStart = Omit<AgentStart, 'parent'> | Omit<ModelStart, 'parent'> | Omit<ToolStart, 'parent'>;

/** By the id of the run. That of a chain, which is no execution, leads to the run inside which it began. */
const runs = processWide('langchain-runs', () => new SweptMap<Run>(({ handle }) => !isOpen(handle)));

export function isRun(id: string): boolean {
  return runs.has(id);
}

/** The execution to which the code of a run belongs. */
export function executionOfRun(id: string | undefined): ExecutionHandle | undefined {
  return runs.get(id)?.handle;
}

/** Begins an execution, once: a handler of the model and one of its agent are told of the same run. */
export function beginRun(id: string, parentId: string | undefined, start: RunStart, signal?: AbortSignal): void {
  if (runs.has(id)) return;
  const around = runs.get(parentId);
  const handle = startExecution({ ...start, parent: innermostRunning(around?.handle) });
  if (isOpen(handle)) runs.set(id, { id, handle, around, signal, innerError: undefined });
}

/** A chain begins: what begins inside it belongs to the execution around it. */
export function linkRun(id: string, parentId: string | undefined): void {
  const around = runs.get(parentId);
  if (around !== undefined && !runs.has(id)) runs.set(id, around);
}

/** A run, or a chain inside one, has come to its end. */
export function endRun(id: string, output: unknown): void {
  const run = runs.take(id);
  if (run === undefined) return;
  tellAround(run, id, undefined);
  if (run.id !== id) return;
  run.handle.returned(output);
  run.handle.end();
}

/** A run, or a chain inside one, has failed. */
export function failRun(id: string, error: unknown): void {
  const run = runs.take(id);
  if (run === undefined) return;
  const failure = failureOf(error, run.id === id ? run.signal : undefined, run.innerError);
  tellAround(run, id, failure);
  if (run.id === id) run.handle.end(failure === undefined ? 'error' : { error: failure });
}

/** A chain's id leads to the run around it. */
function tellAround(run: Run, id: string, innerError: unknown): void {
  const around = run.id === id ? run.around : run;
  if (around !== undefined) around.innerError = innerError;
}

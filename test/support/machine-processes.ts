import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MachineOptions } from '../../src';
import type { WorkerAnswer, WorkerOrder } from '../processes/machine-worker';

const folder = join(__dirname, '../processes');
const running = new Set<ChildProcess>();

/** A program of `test/processes` that speaks with the test. */
export function forkProgram(name: string, args: readonly string[], options: ForkOptions = {}): ChildProcess {
  const { execArgv = [], ...rest } = options;
  const register = ['--require', join(folder, 'register-typescript.js')];
  const child = fork(join(folder, `${name}.ts`), args, { ...rest, execArgv: [...execArgv, ...register] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends what a test has left, also what is stopped. */
export async function endPrograms(): Promise<void> {
  const ended = [...running].map((child) => once(child, 'exit'));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ended);
}

export interface WorkerInstance {
  readonly worker: number;
  readonly state: string;
  readonly pid: number;
}

export interface WorkersDocument {
  readonly instances: readonly WorkerInstance[];
  readonly agent_metrics: Readonly<Record<string, { readonly execution_count: number }>>;
}

/** One process of an application, with an endpoint. */
export class MachineProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @throws what its start has failed with */
  static async start(
    options: MachineOptions & { readonly prefix?: string },
    forkOptions?: ForkOptions,
  ): Promise<MachineProcess> {
    const child = forkProgram('machine-worker', [JSON.stringify(options)], forkOptions);
    const [answer] = (await once(child, 'message')) as [{ url: string } | { error: string }];
    if ('error' in answer) throw new Error(answer.error);
    return new MachineProcess(child, answer.url);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async record(agentId: string, times: number): Promise<void> {
    const recorded = once(this.child, 'message') as Promise<[WorkerAnswer]>;
    this.tell({ record: agentId, times });
    await recorded;
  }

  async document(query = ''): Promise<WorkersDocument> {
    return (await (await fetch(`${this.url}/metrics${query}`)).json()) as WorkersDocument;
  }

  async text(): Promise<string> {
    return (await fetch(`${this.url}/metrics?format=prometheus`)).text();
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it by a signal, or as it is told. */
  async end(how: NodeJS.Signals | 'close' | 'exit' | 'leak'): Promise<void> {
    const ended = once(this.child, 'exit');
    if (how === 'close' || how === 'exit' || how === 'leak') this.tell(how);
    else this.signal(how);
    await ended;
  }

  private tell(order: WorkerOrder): void {
    this.child.send(order);
  }
}

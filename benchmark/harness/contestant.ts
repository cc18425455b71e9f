import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MeasureParams } from './measure';
import type { ProcessTask, Reply, Request } from './subject-process';
import type { SubjectSetup } from './subject';

/** A subject with its setup, under the name that results give it. */
export interface Contestant {
  readonly label: string;
  /** The file in `subjects/`. */
  readonly subject: string;
  readonly options?: SubjectSetup['options'];
  readonly route?: string;
}

/** What each contestant of a comparison has to do. */
export interface Duty {
  /** The file in `measures/`. */
  readonly measure: string;
  readonly tools: readonly string[];
  readonly params: MeasureParams;
  readonly nodeFlags: readonly string[];
}

/** A contestant in its process. */
export class ContestantProcess {
  private constructor(
    readonly label: string,
    private readonly child: ChildProcess,
  ) {}

  static async start({ label, subject, options = {}, route }: Contestant, duty: Duty): Promise<ContestantProcess> {
    const { measure, tools, params, nodeFlags } = duty;
    const task: ProcessTask = { subject, measure, setup: { tools, options, route }, params };
    const child = fork(join(__dirname, 'subject-process.ts'), [JSON.stringify(task)], {
      execArgv: [...process.execArgv, '--expose-gc', ...nodeFlags],
      serialization: 'advanced',
    });
    const started = new ContestantProcess(label, child);
    await started.reply();
    return started;
  }

  async ask<Value>(request: Request): Promise<Value> {
    this.child.send(request);
    return (await this.reply()) as Value;
  }

  stop(): void {
    this.child.kill();
  }

  private async reply(): Promise<unknown> {
    const stopWaiting = new AbortController();
    const { signal } = stopWaiting;
    const gone = once(this.child, 'exit', { signal }).then(() => [{ error: 'The process has ended.' }]);
    const [reply] = (await Promise.race([once(this.child, 'message', { signal }), gone])) as [Reply];
    gone.catch(() => undefined);
    stopWaiting.abort();
    if ('error' in reply) throw new Error(`${this.label}: ${reply.error}`);
    return reply.value;
  }
}

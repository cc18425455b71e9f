import { executionsIn, readNumbers, withoutDurations, type Numbers } from './counted-numbers';
import { needed } from './measure';
import { RepeatedWork } from './repeated-work';
import type { Subject } from './subject';
import { callTools } from './workload';

/** Calls of a subject's tools, and what it has counted of them. A bare tool is not counted. */
export class ToolCalls extends RepeatedWork {
  constructor(private readonly subject: Subject) {
    const tools = needed(subject.tools, 'call tools');
    const runAgent = subject.runAgent?.bind(subject) ?? ((fn: () => Promise<void>) => fn());
    super((calls) => runAgent(() => callTools(tools, calls)));
  }

  async agree(calls: number): Promise<Numbers> {
    await this.run(calls);
    return this.subject.render === undefined ? {} : withoutDurations(readNumbers(await this.subject.render()));
  }

  async finish(): Promise<void> {
    if (this.subject.render === undefined) return;
    const counted = executionsIn(readNumbers(await this.subject.render()));
    if (counted !== this.done) throw new Error(`Counted ${counted} of ${this.done} calls.`);
  }
}

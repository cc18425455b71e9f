import { ExecutionTracker, MetricsModule, type MetricsRootOptions, type ModelUsage } from '../../src';
import { DashboardPage } from './dashboard-page';
import { TestApp } from './test-app';

/** Requests as a test tells them, in an application whose clock stands still. */
export class RequestCrew {
  private constructor(
    readonly app: TestApp,
    readonly tracker: ExecutionTracker,
  ) {}

  static async start(options: MetricsRootOptions = {}): Promise<RequestCrew> {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot(options)] });
    return new RequestCrew(app, app.nest.get(ExecutionTracker));
  }

  /** @returns the id of the execution, which is the request's where no other agent is around it */
  agent(id: string, inside: () => void = () => {}): string {
    const agent = this.tracker.start({ kind: 'agent', id });
    agent.run(inside);
    agent.end();
    return agent.id;
  }

  tool(name: string, milliseconds = 0, inside: () => void = () => {}): void {
    this.tracker.trackTool(name, () => {
      inside();
      this.wait(milliseconds);
    });
  }

  /** One that fails, which its agent survives. */
  failingTool(name: string, milliseconds = 0, error = new TypeError('no')): void {
    const tool = this.tracker.start({ kind: 'tool', name });
    this.wait(milliseconds);
    tool.fail(error);
    tool.end();
  }

  model(name: string, milliseconds: number, usage: ModelUsage, firstTokenMs = 0): void {
    const model = this.tracker.start({ kind: 'model', name });
    this.wait(firstTokenMs);
    if (firstTokenMs > 0) model.firstToken();
    this.wait(milliseconds - firstTokenMs);
    model.usage(usage);
    model.end();
  }

  /** Requests that take so long, in one tool. */
  requests(count: number, id: string, milliseconds = 10): void {
    for (let made = 0; made < count; made += 1) this.agent(id, () => this.tool('work', milliseconds));
  }

  wait(milliseconds: number): void {
    this.app.clock.advance(milliseconds);
  }

  /** The page, drawn. */
  async open(hash = '', options = {}): Promise<DashboardPage> {
    const dashboard = await DashboardPage.open(`${this.app.url}/metrics/dashboard${hash}`, options);
    await dashboard.find('#requests').waitFor();
    return dashboard;
  }
}

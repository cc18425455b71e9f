import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import {
  ExecutionTracker,
  MetricsCollector,
  trackedAgent,
  trackedTool,
  type MetricsModuleOptions,
} from 'nestjs-agent-metrics';
import { ManualClock, MetricsTestingModule } from 'nestjs-agent-metrics/testing';
import type { Driver, Playing } from './driver';
import { FakeProvider } from './fake-provider';
import { Run } from './run';
import type { Script, ToolScript } from './script';

/** What a caller gets: the text, and the pieces in which it came, or the error. */
export type Outcome =
  | { readonly text: string; readonly pieces: readonly string[] }
  | { readonly error: string; readonly pieces: readonly string[] };

/** A provider, and where it is wanted an application that counts. */
export class Stage {
  readonly clock = new ManualClock();
  private readonly apps = new Map<MetricsCollector, INestApplicationContext>();

  private constructor(
    readonly driver: Driver,
    private readonly provider: FakeProvider,
  ) {}

  static async open(driver: Driver): Promise<Stage> {
    return new Stage(driver, await FakeProvider.listen());
  }

  /** @returns what it has counted */
  async startApplication(options: MetricsModuleOptions = {}): Promise<MetricsCollector> {
    const module = MetricsTestingModule.forRoot({ clock: this.clock, ...options });
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    const collector = app.get(MetricsCollector);
    this.apps.set(collector, app);
    return collector;
  }

  trackerOf(collector: MetricsCollector): ExecutionTracker {
    return this.apps.get(collector)!.get(ExecutionTracker);
  }

  async closeApplications(): Promise<void> {
    for (const app of this.apps.values()) await app.close();
    this.apps.clear();
  }

  async close(): Promise<void> {
    await this.closeApplications();
    await this.provider.close();
  }

  async play(script: Script, playing: Playing): Promise<Outcome> {
    const run = this.createRun(script, playing);
    try {
      return { text: await this.playRun(run, playing), pieces: run.pieces };
    } catch (error) {
      return { error: described(error), pieces: run.pieces };
    }
  }

  /** Agents that the adapter does not count are counted by us, so that its models and tools have one. */
  private playRun(run: Run, playing: Playing): Promise<string> {
    const play = () => this.driver.play(run, this.provider, playing);
    return this.driver.counts.includes('agents') ? play() : trackedAgent(run.script.agent, play)();
  }

  private createRun(script: Script, playing: Playing): Run {
    const tools = Object.entries(script.tools ?? {}).map(([name, tool]) => [name, this.toolOf(name, tool, playing)]);
    return new Run(script, this.clock, Object.fromEntries(tools) as Run['tools']);
  }

  private toolOf(name: string, tool: ToolScript, playing: Playing): (input: string) => Promise<string> {
    switch (tool.does) {
      case 'returns': {
        const call = async () => tool.result;
        return tool.decorated ? trackedTool(name, call) : call;
      }
      case 'throws':
        return async () => {
          throw new RangeError(tool.message);
        };
      case 'calls decorated':
        return async () => trackedTool(tool.inner, async () => tool.result)();
      case 'asks':
        return async () => this.playRun(this.createRun(tool.script, playing), playing);
    }
  }
}

/** Enough of an error to see that it is the same. */
function described(error: unknown): string {
  const { name, message, status } = error as Error & { status?: unknown };
  return `${(error as object).constructor.name} ${name} ${String(status)}: ${message}`.replaceAll(
    /127\.0\.0\.1:\d+/g,
    'host',
  );
}

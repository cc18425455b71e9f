import { setImmediate } from 'node:timers/promises';
import { Controller, Get, Inject, Injectable, Param, ParseIntPipe, type Type } from '@nestjs/common';
import { MetricsModule, TrackAgent, TrackTool } from '../src';
import { ADAPTERS, TestApp } from './support/test-app';

const REQUESTS = 200;
const AGENTS = ['planner', 'researcher', 'writer', 'critic', 'editor'] as const;
const TOOLS = ['search', 'read', 'calculate', 'translate', 'send'] as const;

/** Different for each pair of numbers, and the same in each run of the tests. */
function scatter(a: number, b: number, below: number): number {
  return (Math.imul(Math.imul(a + 1, 2_654_435_761) ^ (b + 1), 2_246_822_519) >>> 8) % below;
}

/** Lets others run for a while that depends on who asks. */
async function pause(request: number, step: number): Promise<void> {
  for (let turns = scatter(request, step, 6); turns > 0; turns -= 1) await setImmediate();
}

/** Which agent called which tool, as the tools themselves were told. */
class CallLog {
  readonly calls = new Map<string, number>();

  add(agent: string, tool: string): void {
    const pair = `${agent} calls ${tool}`;
    this.calls.set(pair, (this.calls.get(pair) ?? 0) + 1);
  }
}

interface Call {
  readonly agent: string;
  readonly request: number;
  readonly step: number;
}

@Injectable()
class Toolbox {
  constructor(private readonly log: CallLog) {}

  @TrackTool({ name: (tool: string) => tool })
  async use(tool: string, { agent, request, step }: Call): Promise<void> {
    this.log.add(agent, tool);
    await pause(request, step + 100);
    if (scatter(request, step, 10) === 0) throw new Error('The tool failed.');
  }
}

interface Agent {
  run(request: number): Promise<void>;
}

function createAgent(agent: string): Type<Agent> {
  @Injectable()
  class ToolCallingAgent implements Agent {
    constructor(private readonly tools: Toolbox) {}

    @TrackAgent(agent)
    async run(request: number): Promise<void> {
      const steps = Array.from({ length: 1 + scatter(request, 0, 5) }, (_, step) => step);
      await pause(request, 0);
      await this.call(request, steps[0]!);
      await Promise.all(steps.slice(1).map((step) => this.call(request, step)));
    }

    private call(request: number, step: number): Promise<void> {
      const tool = TOOLS[scatter(request, step + 50, TOOLS.length)]!;
      return this.tools.use(tool, { agent, request, step }).catch(() => undefined);
    }
  }
  return ToolCallingAgent;
}

const AGENT_CLASSES = AGENTS.map(createAgent);
const CREW = Symbol('CREW');

@Controller('ask')
class CrewController {
  constructor(@Inject(CREW) private readonly crew: readonly Agent[]) {}

  @Get(':request')
  async ask(@Param('request', ParseIntPipe) request: number): Promise<string> {
    await this.crew[request % this.crew.length]!.run(request);
    return 'done';
  }
}

describe.each(ADAPTERS)(`${REQUESTS} concurrent requests on %s`, (_name, adapter) => {
  const askAll = async () => {
    const app = await TestApp.start(
      {
        imports: [MetricsModule.forRoot()],
        controllers: [CrewController],
        providers: [
          CallLog,
          Toolbox,
          ...AGENT_CLASSES,
          { provide: CREW, inject: AGENT_CLASSES, useFactory: (...agents: Agent[]) => agents },
        ],
      },
      { adapter },
    );
    const answers = await Promise.all(Array.from({ length: REQUESTS }, (_, request) => app.fetch(`/ask/${request}`)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    return app;
  };

  it('have every tool execution under the agent that called it, sums that match, and a history of the same', async () => {
    const app = await askAll();
    const { calls } = app.nest.get(CallLog);
    const counted = new Map<string, number>();
    for (const { agentId, toolMetrics } of app.collector.getAgents().values()) {
      for (const tool of Object.values(toolMetrics))
        counted.set(`${agentId} calls ${tool.toolName}`, tool.executionCount);
    }
    expect(calls.size).toBe(AGENTS.length * TOOLS.length);
    expect(counted).toEqual(calls);

    const all = [...calls.values()].reduce((sum, count) => sum + count, 0);
    const tools = [...app.collector.getTools().values()];
    expect(tools.reduce((sum, { executionCount }) => sum + executionCount, 0)).toBe(all);
    expect(tools.reduce((sum, { successCount, errorCount }) => sum + successCount + errorCount, 0)).toBe(all);
    expect(tools.every(({ errorCount, inProgress }) => errorCount > 0 && inProgress === 0)).toBe(true);
    expect(app.collector.getSystemMetrics()).toMatchObject({ totalRequests: REQUESTS, requestsInProgress: 0 });
    const agents = [...app.collector.getAgents().values()];
    expect(agents.map(({ executionCount }) => executionCount)).toEqual(AGENTS.map(() => REQUESTS / AGENTS.length));

    const requests = new Map(app.collector.getHistory({ kind: 'agent' }).map(({ id, agentId }) => [id, agentId]));
    expect(requests.size).toBe(REQUESTS);
    for (const { agentId, parentId, requestId } of app.collector.getHistory({ kind: 'tool' })) {
      expect(requests.get(parentId!)).toBe(agentId);
      expect(requestId).toBe(parentId);
    }
  });
});

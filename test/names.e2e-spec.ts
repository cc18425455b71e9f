import {
  Controller,
  Get,
  Injectable,
  Module,
  Scope,
  SetMetadata,
  UseInterceptors,
  type INestApplicationContext,
  type ModuleMetadata,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import request from 'supertest';
import {
  AgentMetricsInterceptor,
  ExecutionTracker,
  ToolMetricsInterceptor,
  TrackAgent,
  trackedTool,
  TrackTool,
} from '../src';
import { collectorOf, counted, OpenApplications, startContext, startHttp, withMetrics } from './support/applications';

@Injectable()
class Crew {
  @TrackAgent({ id: 'researcher', name: 'The researcher' })
  async research(): Promise<void> {}

  @TrackTool({ name: 'search', agent: 'researcher' })
  async search(): Promise<void> {}

  @TrackTool('roam')
  async roam(): Promise<void> {}

  @TrackAgent({ id: (name: string) => name, allowed: ['writer', 'editor'] })
  async dispatch(_name: string): Promise<void> {}

  @TrackTool({ name: (call: { tool: string }) => call.tool, allowed: ['read', 'write'] })
  async execute(_call: { tool: string }): Promise<void> {}

  @TrackTool({ name: (call: { tool: string }) => call.tool })
  async executeAny(_call: { tool: string }): Promise<void> {}

  @TrackAgent('inspector')
  static async inspect(): Promise<void> {}
}

@TrackAgent()
@Injectable()
class Unnamed {
  async run(): Promise<void> {}
}

abstract class Base {
  @TrackAgent('base')
  async run(): Promise<void> {}

  @TrackAgent('helper')
  async help(): Promise<void> {}
}

@TrackAgent('derived')
@Injectable()
class Derived extends Base {}

@Injectable()
class Overriding extends Base {
  override async run(): Promise<void> {}
}

@Controller()
class CrewController {
  @Get()
  @TrackAgent('controller')
  async get(): Promise<void> {}
}

@Injectable()
class Unregistered {
  @TrackAgent('unregistered')
  async run(): Promise<void> {}
}

@Module({ providers: [Unregistered] })
class LazyModule {}

const applications = new OpenApplications();
let application: INestApplicationContext;
afterEach(() => applications.closeAll());
beforeEach(async () => {
  const providers = [Crew, Unnamed, Derived, Overriding, { provide: 'VALUE', useValue: new Unregistered() }];
  application = applications.add(await startContext(withMetrics({ providers, controllers: [CrewController] })));
});

const agents = () => [...collectorOf(application).getAgents().keys()].sort();
const tools = () => [...collectorOf(application).getTools().keys()].sort();

const KNOWN = ['Unnamed', 'controller', 'derived', 'helper', 'inspector', 'researcher'];

describe('Before the first call', () => {
  it('the agents that constant names of registered classes declare are known', () => {
    expect(agents()).toEqual(KNOWN);
  });

  it('a tool is known whose decorator names its agent', () => {
    expect(tools()).toEqual(['search']);
    expect(collectorOf(application).getAgentMetrics('researcher')!.toolMetrics).toHaveProperty('search');
  });

  it('what is known is exposed with zeros', async () => {
    expect(collectorOf(application).getAgentMetrics('researcher')).toMatchObject({
      agentName: 'The researcher',
      executionCount: 0,
      inProgress: 0,
    });
    const text = await collectorOf(application).exportMetrics('prometheus');
    for (const status of ['success', 'error', 'timeout', 'cancelled']) {
      expect(text).toContain(`crew_agent_executions_total{agent="researcher",status="${status}"} 0`);
      expect(text).toContain(`crew_tool_executions_total{agent="researcher",tool="search",status="${status}"} 0`);
    }
    expect(text).toContain('crew_agent_executions_in_progress{agent="inspector"} 0');
  });

  it('a reset forgets none of it', () => {
    collectorOf(application).reset();
    expect(agents()).toEqual(KNOWN);
    expect(tools()).toEqual(['search']);
  });
});

describe('From their first use', () => {
  it('tools without an agent of their own are known', async () => {
    await application.get(Crew).roam();
    expect(tools()).toEqual(['roam', 'search']);
  });

  it('agents of values and of lazy modules are known', async () => {
    await application.get<Unregistered>('VALUE').run();
    expect(agents()).toEqual([...KNOWN, 'unregistered'].sort());
    const module = await application.get(LazyModuleLoader).load(() => LazyModule, { logger: false });
    await module.get(Unregistered).run();
    expect(collectorOf(application).getAgentMetrics('unregistered')!.successCount).toBe(2);
  });
});

describe('A name that depends on the arguments', () => {
  it('has a series of its own where it is allowed, and is __other__ where it is not', async () => {
    const crew = application.get(Crew);
    for (const tool of ['read', 'rm', 'write', 'format_disk']) await crew.execute({ tool });
    for (const agent of ['writer', 'president']) await crew.dispatch(agent);
    expect(counted(application)).toEqual([
      'tool read: success',
      'tool __other__: success',
      'tool write: success',
      'tool __other__: success',
      'agent writer: success',
      'agent __other__: success',
    ]);
    expect(tools()).toEqual(['__other__', 'read', 'search', 'write']);
    expect(collectorOf(application).getToolMetrics('__other__')!.successCount).toBe(2);
  });

  it('has a series of its own in any case where nothing says what is allowed', async () => {
    await application.get(Crew).executeAny({ tool: 'anything' });
    expect(counted(application)).toEqual(['tool anything: success']);
  });

  it('is allowed in a tracked function as in a decorator', async () => {
    const execute = trackedTool({ name: (tool: string) => tool, allowed: ['read'] }, async (_tool: string) => {});
    await execute('read');
    await execute('rm');
    expect(counted(application)).toEqual(['tool read: success', 'tool __other__: success']);
  });

  it.each([
    ['returns nothing', () => ({}) as { tool: string }, 'executeAny'],
    ['returns an empty one', () => ({ tool: '' }), 'executeAny'],
    ['returns no text', () => ({ tool: 42 as unknown as string }), 'executeAny'],
  ])('is the method where the function %s', async (_name, call, tool) => {
    await application.get(Crew).executeAny(call());
    expect(counted(application)).toEqual([`tool ${tool}: success`]);
  });

  it('is the method where the function throws, and the call goes on', async () => {
    application.useLogger(false);
    await application.get(Crew).executeAny(undefined as unknown as { tool: string });
    expect(counted(application)).toEqual(['tool executeAny: success']);
  });
});

describe('An agent that inherits a decorator without a name', () => {
  abstract class Thinker {
    @TrackAgent()
    async think(): Promise<string> {
      return this.constructor.name;
    }

    @TrackAgent({ name: 'Somebody' })
    static async introduce(): Promise<void> {}
  }

  @Injectable()
  class Planner extends Thinker {}

  @Injectable({ scope: Scope.REQUEST })
  class Writer extends Thinker {}

  @Injectable()
  class Novelist extends Planner {}

  @TrackAgent()
  abstract class Runner {
    async run(): Promise<void> {}
  }

  @Injectable()
  class Sprinter extends Runner {}

  const providers = [Planner, Writer, Novelist, Sprinter, { provide: 'MADE', useFactory: () => new Novelist() }];
  const start = async (metadata: ModuleMetadata) =>
    applications.add(await startContext(withMetrics({ ...metadata, imports: [] })));
  const agentsOf = (app: INestApplicationContext) => [...collectorOf(app).getAgents().keys()].sort();

  it('is known under the name of the class that is registered', async () => {
    expect(agentsOf(await start({ providers }))).toEqual(['Novelist', 'Planner', 'Sprinter', 'Writer']);
  });

  it('counts under it', async () => {
    const app = await start({ providers });
    await app.get(Planner).think();
    await (await app.resolve(Writer)).think();
    await app.get(Novelist).think();
    await app.get(Sprinter).run();
    await app.get<Novelist>('MADE').think();
    await app.get(ExecutionTracker).trackTool('outer', () => Writer.introduce());
    expect(counted(app)).toEqual([
      'agent Planner: success',
      'agent Writer: success',
      'agent Novelist: success',
      'agent Sprinter: success',
      'agent Novelist: success',
      'agent Writer: success',
      'tool outer: success',
    ]);
    expect(collectorOf(app).getAgentMetrics('Writer')!.agentName).toBe('Somebody');
  });

  it('counts under the class that declares it where the instance says nothing of its class', async () => {
    const app = await start({ providers });
    const nameless = new (class extends Thinker {})();
    Object.defineProperty(nameless.constructor, 'name', { value: '' });
    const hostile = new Proxy(app.get(Planner), {
      get(target, key, receiver) {
        if (key === 'constructor') throw new Error('none of your business');
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    await app.get(ExecutionTracker).trackTool('outer', async () => {
      await nameless.think();
      await Thinker.prototype.think.call({} as Thinker);
      await hostile.think().catch(() => {});
    });
    expect(counted(app).slice(0, 3)).toEqual([
      'agent Thinker: success',
      'agent Thinker: success',
      'agent Thinker: error Error',
    ]);
  });

  it('is counted once with an interceptor, which gives it the same name', async () => {
    @UseInterceptors(AgentMetricsInterceptor)
    abstract class Answering {
      @Get('decorated')
      @TrackAgent()
      decorated(): string {
        return 'yes';
      }

      @Get('plain')
      plain(): string {
        return 'yes';
      }
    }

    @Controller('first')
    class First extends Answering {}

    @Controller('second')
    class Second extends Answering {}

    const app = applications.add(await startHttp(withMetrics({ controllers: [First, Second] })));
    for (const path of ['first', 'second', 'second', 'first']) {
      await request(app.getHttpServer()).get(`/${path}/decorated`).expect(200);
      await request(app.getHttpServer()).get(`/${path}/plain`).expect(200);
    }
    expect(agentsOf(app)).toEqual(['First', 'Second']);
    expect(counted(app)).toHaveLength(8);
  });
});

describe('A tool without a name that MCP-Nest names', () => {
  /** As @rekog/mcp-nest 1 and 2 have it. */
  const Tool = (options: { name: string }) => SetMetadata('mcp:tool', options);

  @Injectable()
  class Forecasts {
    @Tool({ name: 'forecast' })
    @TrackTool({ agent: 'meteorologist' })
    async tellForecast(): Promise<void> {}

    @TrackTool()
    @Tool({ name: 'history' })
    async tellHistory(): Promise<void> {}

    @TrackTool('own')
    @Tool({ name: 'theirs' })
    async tellOwn(): Promise<void> {}
  }

  @TrackTool()
  @Injectable()
  class Alerts {
    @Tool({ name: 'alerts' })
    async run(): Promise<void> {}
  }

  it('counts under that name, whichever decorator stands above', async () => {
    const app = applications.add(await startContext(withMetrics({ providers: [Forecasts, Alerts] })));
    expect([...collectorOf(app).getTools().keys()]).toEqual(['forecast']);
    const forecasts = app.get(Forecasts);
    for (const method of ['tellForecast', 'tellHistory', 'tellOwn'] as const) await forecasts[method]();
    await app.get(Alerts).run();
    expect(counted(app)).toEqual([
      'tool forecast of meteorologist: success',
      'tool history: success',
      'tool own: success',
      'tool alerts: success',
    ]);
  });

  it('counts under it with the interceptor too, and once', async () => {
    @Controller()
    @UseInterceptors(ToolMetricsInterceptor)
    class ForecastController {
      @Get('plain')
      @Tool({ name: 'plain_tool' })
      plain(): string {
        return 'rain';
      }

      @Get('decorated')
      @Tool({ name: 'decorated_tool' })
      @TrackTool()
      decorated(): string {
        return 'rain';
      }
    }

    const app = applications.add(await startHttp(withMetrics({ controllers: [ForecastController] })));
    for (const path of ['plain', 'decorated']) await request(app.getHttpServer()).get(`/${path}`).expect(200);
    expect(counted(app)).toEqual(['tool plain_tool: success', 'tool decorated_tool: success']);
  });
});

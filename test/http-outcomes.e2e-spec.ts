import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  applyDecorators,
  Controller,
  Get,
  Res,
  SetMetadata,
  UseInterceptors,
  type ExecutionContext,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import request from 'supertest';
import { AgentMetricsInterceptor, SkipTracking, ToolMetricsInterceptor, TrackAgent, TrackTool } from '../src';
import {
  ADAPTERS,
  collectorOf,
  counted,
  expectUntouched,
  inProgress,
  listen,
  OpenApplications,
  startHttp,
  withMetrics,
  type HttpApplication,
} from './support/applications';
import { readTable } from './support/markdown-table';
import { createOutcomeController, Stage } from './support/outcome-controller';

const table = readTable(readFileSync(join(__dirname, '../docs/http-outcomes.md'), 'utf8'));

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

const open = async (url: string): Promise<IncomingMessage> => {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  return response;
};

const read = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
};

/** A request that is answered in full. */
const answers = (path: string, status: number) => async (url: string) => {
  const response = await open(`${url}/${path}`);
  await read(response);
  expect(response.statusCode).toBe(status);
};

/** A response whose source fails after its first chunk, which a client sees as one that is cut off or an error event. */
const failsOnTheWay = (path: string) => async (url: string) => {
  const response = await open(`${url}/${path}`);
  const reading = read(response).catch(() => 'cut off');
  stage.release.raise();
  await Promise.all([reading, stage.ended.raised]);
};

const leavesDuringWork = (path: string) => async (url: string) => {
  const asked = get(`${url}/${path}`, { agent: false }).on('error', () => {});
  await stage.entered.raised;
  asked.destroy();
  await stage.ended.raised;
};

const leavesDuringStream = (path: string) => async (url: string) => {
  const response = await open(`${url}/${path}`);
  await once(response, 'data');
  response.destroy();
  await stage.ended.raised;
};

/** How each row of the table comes about. */
const scenarios: Readonly<Record<string, (url: string) => Promise<void>>> = {
  'The handler answers': answers('answer', 200),
  'The handler answers through `@Res()`': answers('reply', 200),
  'There is no such route': answers('nowhere', 404),
  'A guard refuses': answers('guarded', 403),
  'A pipe refuses': answers('piped?count=many', 400),
  'The handler throws a 4xx exception': answers('not-found', 404),
  'The handler throws a 5xx exception': answers('bad-gateway', 502),
  'The handler throws 408 Request Timeout or 504 Gateway Timeout': answers('request-timeout', 408),
  "An exception filter turns the handler's error into a 200": answers('filtered', 200),
  "An inner interceptor turns the handler's error into a value": answers('recovered', 200),
  'An inner interceptor times out, and the handler answers later': async (url) => {
    await answers('late', 500)(url);
    stage.release.raise();
    await stage.ended.raised;
  },
  "An inner interceptor answers in the handler's place": answers('cached', 200),
  'The client leaves while the handler works, and it answers': leavesDuringWork('left'),
  'The client leaves while the handler works, and it throws': leavesDuringWork('left-throwing'),
  'A `StreamableFile` is sent to its end': answers('file', 200),
  'The source of a `StreamableFile` fails on the way': failsOnTheWay('failing-file'),
  'The client leaves in the middle of a `StreamableFile`': leavesDuringStream('endless-file'),
  'The handler awaits `pipeline()` into `@Res()`, and the source fails': failsOnTheWay('cut-off-file'),
  'The handler awaits `pipeline()` into `@Res()`, and the client leaves': leavesDuringStream('sent-file'),
  'Server-sent events complete': answers('events', 200),
  'Server-sent events fail on the way': failsOnTheWay('failing-events'),
  'The client leaves in the middle of server-sent events': leavesDuringStream('endless-events'),
  'The client leaves server-sent events that come from a generator': leavesDuringStream('generated-events'),
};

const none = () => {};
const agent = { kind: 'agent', decorate: TrackAgent('crew'), intercept: AgentMetricsInterceptor.for('crew') };
const tool = { kind: 'tool', decorate: TrackTool('crew'), intercept: ToolMetricsInterceptor.for('crew') };
const controllersOf = ({ kind, decorate, intercept }: typeof agent) => [
  { kind, way: 'Decorator', type: createOutcomeController(() => stage, decorate, none) },
  { kind, way: 'Interceptor', type: createOutcomeController(() => stage, none, UseInterceptors(intercept)) },
  { kind, way: 'Both', type: createOutcomeController(() => stage, decorate, UseInterceptors(intercept)) },
];
const controllers = [...controllersOf(agent), ...controllersOf(tool)];

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

const start = async (metadata: ModuleMetadata, adapter: (typeof ADAPTERS)[number] = 'express') =>
  applications.add(await startHttp(withMetrics(metadata), adapter));

it('The table has a row for each thing that can happen', () => {
  expect(table.map((row) => row['What happens'])).toEqual(Object.keys(scenarios));
});

describe.each(ADAPTERS)('On %s', (adapter) => {
  describe.each(controllers)('tracked as $kind ($way)', ({ kind, way, type }) => {
    let neighbour: HttpApplication;
    let application: HttpApplication;
    let url: string;

    beforeAll(async () => {
      neighbour = await startHttp(withMetrics({ controllers: [type] }));
      application = await startHttp(withMetrics({ controllers: [type] }), adapter);
      url = await listen(application);
    });

    beforeEach(() => collectorOf(application).reset());

    afterAll(() => Promise.all([application.close(), neighbour.close()]));

    it.each(table.map((row) => [row['What happens']!, row[way]!] as const))('%s: %s', async (what, outcome) => {
      await scenarios[what]!(url);
      // What the handler's end sets in motion.
      await setImmediate();
      const counts = counted(application).map((count) => count.split(' ').slice(0, 3).join(' '));
      expect(counts).toEqual(outcome === 'not counted' ? [] : [`${kind} crew: ${outcome}`]);
      expect(inProgress(application)).toBe(0);
      expectUntouched(neighbour);
    });
  });
});

describe('An interceptor', () => {
  @Controller()
  class CrewController {
    @Get('plain')
    plain(): string {
      return 'answered';
    }

    @Get('decorated')
    @TrackAgent('chat')
    @TrackTool('talk')
    decorated(): string {
      return 'answered';
    }

    @Get('decorated-the-other-way')
    @TrackTool('talk')
    @TrackAgent('chat')
    decoratedTheOtherWay(): string {
      return 'answered';
    }

    @Get('dispatched')
    @TrackAgent({ id: () => 'dispatched' })
    dispatched(): string {
      return 'answered';
    }

    @Get('skipped')
    @SkipTracking()
    skipped(): string {
      return 'answered';
    }

    @Get('fails')
    fails(): string {
      throw new TypeError('no');
    }
  }

  @SkipTracking()
  @Controller('skipped-controller')
  class SkippedController {
    @Get()
    skipped(): string {
      return 'answered';
    }
  }

  @UseInterceptors(AgentMetricsInterceptor)
  @Controller()
  class AgentController extends CrewController {}

  @UseInterceptors(ToolMetricsInterceptor)
  @Controller()
  class ToolController extends CrewController {}

  @UseInterceptors(AgentMetricsInterceptor.for({ id: 'named', name: 'Named' }), ToolMetricsInterceptor.for('called'))
  @Controller()
  class NamedController extends CrewController {}

  const everywhere = (useClass: typeof AgentMetricsInterceptor | typeof ToolMetricsInterceptor) => ({
    controllers: [CrewController, SkippedController],
    providers: [{ provide: APP_INTERCEPTOR, useClass }],
  });
  const ask = async (application: HttpApplication, path: string) => {
    await request(application.getHttpServer()).get(`/${path}`);
    return counted(application);
  };

  const talked = 'tool talk of chat: success';
  const chatted = 'agent chat: success';
  it.each<[string, ModuleMetadata, string, string[]]>([
    ['names an agent by its class', { controllers: [AgentController] }, 'plain', ['agent AgentController: success']],
    ['names a tool by its method', { controllers: [ToolController] }, 'plain', ['tool plain: success']],
    [
      'has names of its own',
      { controllers: [NamedController] },
      'plain',
      ['tool called of named: success', 'agent named: success'],
    ],
    ['takes the name of a decorated agent', { controllers: [AgentController] }, 'decorated', [talked, chatted]],
    [
      'leaves what the decorator of the other kind counts',
      { controllers: [ToolController] },
      'decorated',
      [chatted, 'tool talk: success'],
    ],
    [
      'joins both decorators, whichever stands above',
      { controllers: [NamedController] },
      'decorated-the-other-way',
      [talked, chatted],
    ],
    [
      'counts once where it appears twice',
      { ...everywhere(AgentMetricsInterceptor), controllers: [AgentController] },
      'plain',
      ['agent AgentController: success'],
    ],
    [
      'counts a decorated agent once where it appears twice',
      { ...everywhere(AgentMetricsInterceptor), controllers: [AgentController] },
      'decorated',
      [talked, chatted],
    ],
    ['joins both decorators', { controllers: [NamedController] }, 'decorated', [talked, chatted]],
    [
      'leaves a name that depends on the arguments to the decorator',
      { controllers: [AgentController] },
      'dispatched',
      ['agent dispatched: success'],
    ],
    ['counts agents everywhere', everywhere(AgentMetricsInterceptor), 'plain', ['agent CrewController: success']],
    ['counts tools everywhere', everywhere(ToolMetricsInterceptor), 'fails', ['tool fails: error TypeError']],
    ['leaves out a skipped handler', everywhere(AgentMetricsInterceptor), 'skipped', []],
    ['leaves out a skipped controller', everywhere(AgentMetricsInterceptor), 'skipped-controller', []],
  ])('%s', async (_name, metadata, path, counts) => {
    expect(await ask(await start(metadata), path)).toEqual(counts);
  });

  it('gives its agent a display name', async () => {
    const application = await start({ controllers: [NamedController] });
    await ask(application, 'plain');
    expect(collectorOf(application).getAgentMetrics('named')).toMatchObject({ agentName: 'Named', successCount: 1 });
  });

  it.each(ADAPTERS)('that stands everywhere leaves out our own routes (%s)', async (adapter) => {
    const metadata = withMetrics(everywhere(AgentMetricsInterceptor), { endpoint: {} });
    const application = applications.add(await startHttp(metadata, adapter));
    await request(application.getHttpServer()).get('/metrics').expect(200);
    await request(application.getHttpServer()).get('/metrics/history').expect(200);
    expectUntouched(application);
  });

  it('counts a decorated handler once without an async context', async () => {
    const metadata = withMetrics({ controllers: [AgentController] }, { asyncContext: false });
    const application = applications.add(await startHttp(metadata));
    expect(await ask(application, 'decorated')).toEqual(['tool talk: success', 'agent chat: success']);
  });

  describe('that is told a name by metadata', () => {
    const Named = (name: unknown) => SetMetadata('name', name);
    const nameOf = (context: ExecutionContext) => Reflect.getMetadata('name', context.getHandler()) as string;

    @Controller()
    class SharedNames {
      @Get('read')
      @Named('read')
      fallback(): string {
        return 'answered';
      }

      @Get('invented')
      @Named('invented')
      other(): string {
        return 'answered';
      }

      @Get('nameless')
      @Named(undefined)
      nameless(): string {
        return 'answered';
      }
    }

    @UseInterceptors(ToolMetricsInterceptor.for({ name: nameOf, allowed: ['read', 'nameless'] }))
    @Controller()
    class ToolNames extends SharedNames {}

    @UseInterceptors(AgentMetricsInterceptor.for({ id: nameOf, name: 'Reader' }))
    @Controller()
    class AgentNames extends SharedNames {}

    @UseInterceptors(
      AgentMetricsInterceptor.for({ id: () => 'outer' }),
      AgentMetricsInterceptor.for({ id: () => 'inner' }),
      AgentMetricsInterceptor.for({ id: () => 'outer' }),
    )
    @Controller()
    class SeveralNames extends SharedNames {}

    @UseInterceptors(
      AgentMetricsInterceptor.for({
        id: () => {
          throw new Error('no name');
        },
      }),
    )
    @Controller()
    class BrokenNames extends SharedNames {}

    it.each([
      ['counts under it', ToolNames, 'read', ['tool read: success']],
      ['bounds the names', ToolNames, 'invented', ['tool __other__: success']],
      ['names a tool by its method where there is none', ToolNames, 'nameless', ['tool nameless: success']],
      ['counts agents under it', AgentNames, 'read', ['agent read: success']],
      ['names an agent by its class where there is none', AgentNames, 'nameless', ['agent AgentNames: success']],
      ['counts once under each', SeveralNames, 'read', ['agent inner: success', 'agent outer: success']],
      ['takes the default where the function throws', BrokenNames, 'read', ['agent BrokenNames: success']],
    ])('%s', async (_name, controller, path, counts) => {
      expect(await ask(await start({ controllers: [controller] }), path)).toEqual(counts);
    });
  });

  it('changes nothing in an application without the module', async () => {
    const metadata = { controllers: [NamedController] };
    const neighbour = await start(metadata);
    const application = applications.add(await startHttp(metadata));
    await request(application.getHttpServer()).get('/decorated').expect(200, 'answered');
    expectUntouched(neighbour);
  });
});

describe.each(ADAPTERS)('A handler that leaves its response open (%s)', (adapter) => {
  /** The response as Express has it, or as Fastify wraps it. */
  type Given = ServerResponse & { readonly raw?: ServerResponse };
  let next: Stage;
  beforeEach(() => {
    next = new Stage();
  });

  /** What a pipe does once its handler has returned. */
  const write = async (given: Given, ...chunks: string[]) => {
    const response = given.raw ?? given;
    response.once('close', () => next.ended.raise());
    for (const chunk of chunks) response.write(chunk);
    await next.release.raised;
    if (!response.destroyed) response.end('end');
  };

  function controllerOf(decorate: MethodDecorator): Type {
    @Controller()
    class PipingController {
      @Get('early')
      @decorate
      early(@Res() response: Given): void {
        void write(response, 'a', 'b');
      }

      @Get('ended')
      @decorate
      async ended(@Res() response: Given): Promise<void> {
        (response.raw ?? response).end('ended');
      }

      @Get('failing')
      @decorate
      async failing(@Res() response: Given): Promise<void> {
        void write(response, 'a');
        throw new TypeError('no');
      }

      @Get('passthrough')
      @decorate
      passthrough(@Res({ passthrough: true }) _response: Given): string {
        return 'answered';
      }
    }
    return PipingController;
  }

  const intercept = UseInterceptors(AgentMetricsInterceptor.for('crew'));
  const ways: [string, Type][] = [
    ['decorated', controllerOf(TrackAgent('crew'))],
    ['intercepted', controllerOf(intercept)],
    ['both', controllerOf(applyDecorators(intercept, TrackAgent('crew')))],
  ];

  describe.each(ways)('%s', (_way, controller) => {
    let application: HttpApplication;
    let url: string;
    beforeEach(async () => {
      application = await start({ controllers: [controller] }, adapter);
      url = await listen(application);
    });

    it('ends with the response, whose first write is its first chunk', async () => {
      const response = await open(`${url}/early`);
      expect(inProgress(application)).toBe(1);
      next.release.raise();
      expect(await read(response)).toBe('abend');
      await next.ended.raised;
      await setImmediate();
      expect(counted(application)).toEqual(['agent crew: success']);
      expect(collectorOf(application).getHistory()[0]!.timeToFirstChunkSeconds).toEqual(expect.any(Number));
    });

    it('is cancelled when the client leaves', async () => {
      (await open(`${url}/early`)).destroy();
      await next.ended.raised;
      await setImmediate();
      expect(counted(application)).toEqual(['agent crew: cancelled']);
      expect(inProgress(application)).toBe(0);
    });

    it.each([
      ['ended', 'success'],
      ['failing', 'error TypeError'],
      ['passthrough', 'success'],
    ])('ends by itself where it has ended the response, fails or passes through: %s', async (path, outcome) => {
      const asked = get(`${url}/${path}`, { agent: false }).on('error', () => {});
      if (path === 'failing') await once(asked, 'response');
      else await read(((await once(asked, 'response')) as [IncomingMessage])[0]);
      next.release.raise();
      expect(counted(application)).toEqual([`agent crew: ${outcome}`]);
      asked.destroy();
    });
  });
});

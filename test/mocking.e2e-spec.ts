import { Controller, Get, Injectable, UseInterceptors, type InjectionToken } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AgentMetricsInterceptor, ToolMetricsInterceptor, trackedTool, TrackAgent, TrackTool } from '../src';
import {
  collectorOf,
  counted,
  expectUntouched,
  OpenApplications,
  startContext,
  withMetrics,
  type HttpApplication,
} from './support/applications';

@Injectable()
class Library {
  async find(text: string): Promise<string> {
    return `the ${text}`;
  }
}

@Injectable()
class Search {
  constructor(private readonly library: Library) {}

  @TrackTool('search')
  async query(text: string): Promise<string> {
    return this.library.find(text);
  }
}

@Controller()
class CrewController {
  constructor(private readonly search: Search) {}

  @UseInterceptors(AgentMetricsInterceptor, ToolMetricsInterceptor.for('chat'))
  @Get('chat')
  async chat(): Promise<string> {
    return this.search.query('tea');
  }
}

@Injectable()
class Poller {
  @TrackAgent('poller')
  async run(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 90_000));
    return 'polled';
  }
}

/** Answers anything with a function that answers with the same again, as automatic mocks do. */
function automaticMock(): unknown {
  const mock: unknown = new Proxy(() => undefined, {
    get: (_target, key) => (key === 'then' || typeof key === 'symbol' ? undefined : mock),
    apply: () => mock,
  });
  return mock;
}

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

describe('A mocker', () => {
  const mockers: Readonly<Record<string, (token?: InjectionToken) => unknown>> = {
    'mocks whatever is missing': automaticMock,
    'mocks with plain objects': () => ({ find: () => 'the mock' }),
    'refuses what it does not know': (token) => {
      if (token === Library) return { find: () => 'the mock' };
      throw new Error(`There is no mock for ${String(token)}.`);
    },
    'knows only what it is asked to mock': (token) => (token === Library ? { find: () => 'the mock' } : undefined),
  };
  const withLibrary = { controllers: [CrewController], providers: [Search, Library] };

  const start = async (metadata: Parameters<typeof withMetrics>[0], mocker: (token?: InjectionToken) => unknown) => {
    const module = await Test.createTestingModule(metadata).useMocker(mocker).compile();
    const application = applications.add<HttpApplication>(
      module.createNestApplication({ logger: false, forceCloseConnections: true }),
    );
    await application.init();
    return application;
  };
  const chat = async (application: HttpApplication) =>
    (await request(application.getHttpServer()).get('/chat').expect(200)).text;

  describe.each(Object.entries(mockers))('that %s', (_name, mocker) => {
    it('eats no call in an application without the module', async () => {
      const neighbour = applications.add(await startContext(withMetrics({})));
      const application = await start(withLibrary, mocker);
      expect(await chat(application)).toBe('the tea');
      expectUntouched(neighbour);
    });

    it('is not asked for anything of ours in an application with the module', async () => {
      const asked = jest.fn(mocker);
      const application = await start(withMetrics(withLibrary), asked);
      expect(await chat(application)).toBe('the tea');
      expect(asked).not.toHaveBeenCalled();
      expect(counted(application)).toEqual([
        'tool search of CrewController: success',
        'tool chat of CrewController: success',
        'agent CrewController: success',
      ]);
    });
  });

  it('stands in for a dependency of a class that is tracked', async () => {
    const application = await start(withMetrics({ providers: [Search] }), mockers['mocks with plain objects']!);
    expect(await application.get(Search).query('tea')).toBe('the mock');
    expect(counted(application)).toEqual(['tool search: success']);
  });
});

describe('A mock', () => {
  it('is tracked like any function, and stays a mock', async () => {
    const application = applications.add(await startContext(withMetrics({})));
    const mock = jest.fn(async (city: string) => `sun in ${city}`);
    const weather = trackedTool('weather', mock);
    expect(await weather('Rome')).toBe('sun in Rome');
    expect(mock).toHaveBeenCalledWith('Rome');
    expect(counted(application)).toEqual(['tool weather: success']);
  });
});

describe('Fake timers', () => {
  afterEach(() => jest.useRealTimers());

  it('make the durations that they fake', async () => {
    const application = applications.add(await startContext(withMetrics({ providers: [Poller] })));
    jest.useFakeTimers();
    const polled = application.get(Poller).run();
    await jest.advanceTimersByTimeAsync(90_000);
    expect(await polled).toBe('polled');
    expect(collectorOf(application).getAgentMetrics('poller')).toMatchObject({
      successCount: 1,
      totalDurationMs: 90_000,
    });
  });

  it('that end in the middle of a call leave no negative duration', async () => {
    jest.useFakeTimers({ now: Date.now() + 1e7 });
    const application = applications.add(await startContext(withMetrics({})));
    let finish = () => {};
    const wait = trackedTool('wait', () => new Promise<void>((resolve) => (finish = resolve)));
    jest.advanceTimersByTime(1e7);
    const waited = wait();
    jest.useRealTimers();
    finish();
    await waited;
    expect(collectorOf(application).getToolMetrics('wait')).toMatchObject({ successCount: 1, totalDurationMs: 0 });
  });

  it('say what time it is, whenever they are set or begin anew', async () => {
    const application = applications.add(await startContext(withMetrics({})));
    const collector = collectorOf(application);
    const times = ['2031-01-01', '2032-01-01', '2033-01-01'] as const;
    const record = () => collector.recordToolExecution({ toolName: 'dated', durationMs: 0, status: 'success' });
    record();
    jest.useFakeTimers({ now: new Date(times[0]) });
    record();
    jest.setSystemTime(new Date(times[1]));
    record();
    jest.useRealTimers();
    jest.useFakeTimers({ now: new Date(times[2]) });
    record();
    const ends = collector.getHistory({ limit: 3 }).map(({ endTime }) => endTime.toISOString().slice(0, 10));
    expect(ends.toReversed()).toEqual(times);
  });
});

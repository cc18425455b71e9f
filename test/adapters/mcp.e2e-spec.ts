import { Client } from '@modelcontextprotocol/client';
import type { McpServer as McpServerOf1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import {
  currentExecution,
  ExecutionTracker,
  TrackTool,
  trackedTool,
  type MetricsModuleOptions,
} from 'nestjs-agent-metrics';
import { trackedMcpServer } from 'nestjs-agent-metrics/mcp';
import * as example from '../../examples/adapters/mcp';
import { startApplication, type LiveApplication } from '../support/live-application';
import { MCP_SDKS, type HighServer, type McpClient, type Tool } from '../support/mcp-sdks';

let application: LiveApplication;
const start = async (options: MetricsModuleOptions = {}) => {
  application = await startApplication({ options });
};

afterEach(async () => {
  expect(application.collector.getRunning()).toEqual([]);
  await application.module.close();
});

const tick = () => new Promise((resolve) => setImmediate(resolve));
const says = (text: string) => ({ content: [{ type: 'text' as const, text }] });
const counted = () =>
  application.collector
    .getHistory()
    .map(({ toolName, status, errorType }) => [toolName, status, errorType].filter(Boolean).join(' '))
    .reverse();

describe.each(MCP_SDKS)('trackedMcpServer with $version', ({ version, makeServer, makeLowServer }) => {
  let server: HighServer;
  let client: McpClient;
  const clients: McpClient[] = [];

  beforeEach(() => {
    server = makeServer();
  });

  afterEach(async () => {
    for (const open of clients.splice(0)) await open.close();
  });

  async function connect(from: { connect(): Promise<McpClient> } = server): Promise<void> {
    client = await from.connect();
    clients.push(client);
  }

  /** A server with this one tool, and a client of it. */
  async function serve(run: Tool, name = 'weather'): Promise<void> {
    expect(trackedMcpServer(server.server)).toBe(server.server);
    server.tool(name, run);
    await connect();
  }

  const call = (name = 'weather', city: unknown = 'Oslo', options?: { signal: AbortSignal }) =>
    client.callTool({ name, arguments: { city } }, options);

  describe('counts', () => {
    beforeEach(() => start());

    it('a call, from its beginning to its end', async () => {
      await serve(async ({ city }) => {
        application.clock.advance(30);
        return says(`${city}: rain`);
      });
      expect(await call()).toMatchObject(says('Oslo: rain'));
      expect(application.collector.getHistory()).toMatchObject([
        { kind: 'tool', toolName: 'weather', status: 'success', durationMs: 30, agentId: undefined },
      ]);
    });

    it('a tool that was registered before', async () => {
      server.tool('weather', () => says('rain'));
      trackedMcpServer(server.server);
      await connect();
      await call();
      expect(counted()).toEqual(['weather success']);
    });

    it('a call once, on a server that is tracked twice', async () => {
      trackedMcpServer(trackedMcpServer(server.server));
      trackedMcpServer(server.server.server);
      await serve(() => says('rain'));
      await call();
      expect(counted()).toEqual(['weather success']);
    });

    it('a call once, on a server that two copies of the package track', async () => {
      await jest.isolateModulesAsync(async () => {
        const copy = jest.requireActual<{ trackedMcpServer: typeof trackedMcpServer }>('../../src/adapters/mcp');
        expect(copy.trackedMcpServer).not.toBe(trackedMcpServer);
        copy.trackedMcpServer(server.server);
      });
      await serve(() => says('rain'));
      await call();
      expect(counted()).toEqual(['weather success']);
    });

    it('what a tool throws as an error, of which only the text is known', async () => {
      await serve(() => {
        throw new RangeError('no such city');
      });
      expect(await call()).toMatchObject({ ...says('no such city'), isError: true });
      expect(counted()).toEqual(['weather error McpToolError']);
    });

    it('a result that says so as an error', async () => {
      await serve(() => ({ ...says('no such city'), isError: true }));
      expect(await call()).toMatchObject({ isError: true });
      expect(counted()).toEqual(['weather error McpToolError']);
    });

    it('an error of the protocol under its class', async () => {
      const { protocolError } = server;
      await serve(() => {
        throw protocolError();
      });
      await expect(call()).rejects.toMatchObject({ code: -32042 });
      expect(counted()).toEqual([`weather error ${protocolError().constructor.name}`]);
    });

    it('invalid arguments, which never reach the tool', async () => {
      await serve(() => says('rain'));
      expect(await call('weather', 42)).toMatchObject({ isError: true });
      expect(counted()).toEqual(['weather error McpToolError']);
    });

    it('a cancelled call, of which the code inside is told', async () => {
      const cancel = new AbortController();
      let inside: AbortSignal | undefined;
      let finish!: () => void;
      const finished = new Promise<void>((resolve) => (finish = resolve));
      await serve(async (_args, { signal }) => {
        inside = currentExecution()?.signal;
        cancel.abort();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        application.clock.advance(20);
        finish();
        return says('too late');
      });
      await expect(call('weather', 'Oslo', cancel)).rejects.toThrow();
      await finished;
      await tick();
      expect(inside?.aborted).toBe(true);
      expect(application.collector.getHistory()).toMatchObject([{ status: 'cancelled', durationMs: 20 }]);
    });

    it('a cancelled call whose tool rejects for that', async () => {
      const cancel = new AbortController();
      let finish!: () => void;
      const finished = new Promise<void>((resolve) => (finish = resolve));
      await serve(async (_args, { signal }) => {
        cancel.abort();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        setImmediate(finish);
        throw new TypeError('gave up');
      });
      await expect(call('weather', 'Oslo', cancel)).rejects.toThrow();
      await finished;
      expect(counted()).toEqual(['weather cancelled']);
    });

    it('calls at the same time, each with its own outcome', async () => {
      await serve(async ({ city }) => {
        await tick();
        if (city === 'Atlantis') throw new RangeError('no such city');
        return says(city);
      });
      const answers = await Promise.all(['Oslo', 'Atlantis', 'Rome'].map((city) => call('weather', city)));
      expect(answers.map(({ isError }) => isError === true)).toEqual([false, true, false]);
      expect(counted()).toEqual(['weather success', 'weather error McpToolError', 'weather success']);
    });
  });

  /** What one server has listed is known of all, so each test has names of its own. */
  describe('knows the names that the server lists', () => {
    const own = (name: string) => `${name}_${version.slice(-1)}`;

    beforeEach(() => start());

    it('and no other', async () => {
      await serve(() => says('rain'));
      for (const name of ['made_up', 'and_another']) await call(name).catch(() => {});
      expect(counted()).toEqual(expect.arrayContaining([expect.stringMatching(/^__other__ error/)]));
      expect([...application.collector.getTools().keys()]).toEqual(['__other__']);
    });

    it('also those of a tool that is registered later', async () => {
      await serve(() => says('rain'));
      await call(own('forecast_later')).catch(() => {});
      server.tool(own('forecast_later'), () => says('sun'));
      await call(own('forecast_later'));
      expect(counted()).toEqual([expect.stringMatching(/^__other__ error/), `${own('forecast_later')} success`]);
    });

    it('page by page, and asks no more than it has to', async () => {
      const low = makeLowServer([[own('first')], [own('second')], [own('third')]], (name) => says(name));
      trackedMcpServer(low.server);
      await connect(low);
      for (const name of [own('third'), own('first'), own('third')]) await client.callTool({ name });
      expect(counted()).toEqual([`${own('third')} success`, `${own('first')} success`, `${own('third')} success`]);
      expect(low.listings()).toBe(3);
    });

    it('and asks once for calls at the same time', async () => {
      const low = makeLowServer([[own('parallel')]], (name) => says(name));
      trackedMcpServer(low.server);
      await connect(low);
      await Promise.all([1, 2, 3].map(() => client.callTool({ name: own('parallel') })));
      expect(counted()).toEqual([
        `${own('parallel')} success`,
        `${own('parallel')} success`,
        `${own('parallel')} success`,
      ]);
      expect(low.listings()).toBe(1);
    });

    it('and waits no longer than 100 ms for a list', async () => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
      const low = makeLowServer([[own('slow')]], (name) => says(name));
      const answer = low.holdListings();
      trackedMcpServer(low.server);
      await connect(low);
      const called = client.callTool({ name: own('slow') });
      while (low.listings() === 0) await tick();
      jest.advanceTimersByTime(100);
      jest.useRealTimers();
      expect(await called).toMatchObject(says(own('slow')));
      answer();
      await tick();
      await client.callTool({ name: own('slow') });
      expect(counted()).toEqual(['__other__ success', `${own('slow')} success`]);
    });

    it('and counts without them where it fails to list', async () => {
      const low = makeLowServer([], (name) => says(name));
      trackedMcpServer(low.server);
      await connect(low);
      expect(await client.callTool({ name: own('unlisted') })).toMatchObject(says(own('unlisted')));
      expect(counted()).toEqual(['__other__ success']);
    });
  });

  describe('counts once what is decorated inside', () => {
    @Injectable()
    class Weather {
      @TrackTool('weather')
      async tell(city: string) {
        if (city === 'Atlantis') throw new RangeError('no such city');
        return says(`${city}: rain`);
      }
    }

    it('with the class of what it throws', async () => {
      application = await startApplication({ providers: [Weather] });
      const weather = application.module.get(Weather);
      await serve(({ city }) => weather.tell(city));
      await call();
      expect(await call('weather', 'Atlantis')).toMatchObject({ isError: true });
      expect(counted()).toEqual(['weather success', 'weather error RangeError']);
    });

    it('and its payload, too', async () => {
      application = await startApplication({ providers: [Weather], options: { measurePayloads: true } });
      const weather = application.module.get(Weather);
      await serve(({ city }) => weather.tell(city));
      await call();
      const [{ inputBytes, outputBytes } = { inputBytes: 0, outputBytes: 0 }] = application.collector.getHistory();
      expect({ inputBytes, outputBytes }).toEqual({
        inputBytes: JSON.stringify({ city: 'Oslo' }).length,
        outputBytes: JSON.stringify(says('Oslo: rain')).length,
      });
    });

    it('and under the call what has another name', async () => {
      await start();
      const fetchForecast = trackedTool('fetch', async () => says('rain'));
      await serve(() => fetchForecast());
      await call();
      const [weather, fetched] = application.collector.getHistory();
      expect(counted()).toEqual(['fetch success', 'weather success']);
      expect(fetched!.parentId).toBe(weather!.id);
    });
  });

  it('ends a call at its limit, for the client too', async () => {
    await start({ timeouts: { perTool: { weather: 50 } } });
    await serve(() => {
      setImmediate(() => application.clock.advance(50));
      return new Promise<never>(() => {});
    });
    await expect(call()).rejects.toThrow('weather');
    expect(application.collector.getHistory()).toMatchObject([{ status: 'timeout', durationMs: 50 }]);
  });

  it('leaves the last word on a result to classifyResult', async () => {
    await start({ classifyResult: () => 'success' });
    await serve(() => ({ ...says('no such city'), isError: true }));
    await call();
    expect(counted()).toEqual(['weather success']);
  });

  it('counts a call under the agent in whose process it runs', async () => {
    await start();
    await serve(() => says('rain'));
    await application.module.get(ExecutionTracker).trackAgent('crew', () => call());
    expect(application.collector.getHistory({ kind: 'tool' })).toMatchObject([{ agentId: 'crew', status: 'success' }]);
  });

  describe('with resources and prompts', () => {
    const readAll = async () => {
      server.resource('readme', 'docs://readme');
      server.template('page', 'docs://pages/{page}');
      server.prompt('greet');
      await connect();
      expect(await client.readResource({ uri: 'docs://readme' })).toMatchObject({
        contents: [{ uri: 'docs://readme' }],
      });
      await client.readResource({ uri: 'docs://pages/12' });
      await client.readResource({ uri: 'secrets://12' }).catch(() => {});
      await client.getPrompt({ name: 'greet' });
    };

    beforeEach(() => start());

    it('counts neither unless asked', async () => {
      trackedMcpServer(server.server);
      await readAll();
      expect(counted()).toEqual([]);
    });

    it('counts them as tools: a resource by its URI or by its template', async () => {
      trackedMcpServer(server.server, { resources: true, prompts: true });
      await readAll();
      expect(counted()).toEqual([
        'resource:docs://readme success',
        'resource:docs://pages/{page} success',
        expect.stringMatching(/^resource:__other__ error/),
        'prompt:greet success',
      ]);
    });
  });

  it('works untouched where no application counts, and after it has closed', async () => {
    await start();
    await serve(({ city }) => says(city));
    await application.module.close();
    expect(await call()).toMatchObject(says('Oslo'));
    expect(application.collector.getHistory()).toEqual([]);
  });

  it('asks for no list where no application counts', async () => {
    await start();
    await application.module.close();
    const low = makeLowServer([[`uncounted_${version}`]], (name) => says(name));
    trackedMcpServer(low.server);
    await connect(low);
    expect(await client.callTool({ name: `uncounted_${version}` })).toMatchObject(says(`uncounted_${version}`));
    expect(low.listings()).toBe(0);
  });
});

it('counts what docs/mcp.md shows', async () => {
  application = await startApplication({ providers: [example.WeatherServer] });
  const server = application.module.get(example.WeatherServer).create();
  const client = new Client({ name: 'client', version: '1.0.0' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(near), client.connect(far)]);
  for (const city of ['Oslo', 'Atlantis']) await client.callTool({ name: 'forecast', arguments: { city } });
  await client.close();
  expect(example.documented()).toBeInstanceOf(McpServer);
  expect(counted()).toEqual(['forecast success', 'forecast error RangeError']);
});

it('is a serverMutator of MCP-Nest 1 and 2', async () => {
  await start();
  const of1: (server: McpServerOf1) => McpServerOf1 = trackedMcpServer;
  const of2: (server: McpServer) => McpServer = trackedMcpServer;
  expect([of1, of2]).toEqual([trackedMcpServer, trackedMcpServer]);
});

it('leaves alone what is no MCP server', async () => {
  await start();
  const impostor = { setRequestHandler: () => 'set' };
  expect(trackedMcpServer(impostor)).toBe(impostor);
  expect(impostor.setRequestHandler()).toBe('set');
});

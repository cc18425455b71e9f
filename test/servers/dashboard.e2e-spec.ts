import { rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { ExecutionTracker, MetricsModule } from '../../src';
import { DashboardPage, eventually } from '../support/dashboard-page';
import { closed, DemoApp, listening, portOf, writeDocuments } from '../support/demo-app';
import { ADAPTERS, TestApp } from '../support/test-app';

const BANANAS = 'Calculate 6 * (7 + bananas)';
const counted = (count: number | undefined) => (count ?? 0).toLocaleString('en-US');
const executionsOf = (totals: object) => (totals as { execution_count: number }).execution_count;
const tokensOf = (system: object) => (system as { token_usage: { total_tokens: number } }).token_usage.total_tokens;

describe('The dashboard of the demo', () => {
  let docsDir: string;
  let demo: DemoApp;

  beforeAll(async () => {
    docsDir = await writeDocuments({ 'README.md': '# Warranty\nThe warranty lasts for two years.\n' });
    demo = await DemoApp.start({ DOCS_DIR: docsDir });
    for (let time = 0; time < 12; time += 1) await demo.ask('How long does the warranty last?');
    await demo.ask('How much is 6 * 7?');
    await demo.ask(BANANAS);
  });

  afterAll(async () => {
    await demo?.stop();
    await rm(docsDir, { recursive: true });
  });

  const openPage = async (hash = '', options = {}) => {
    const dashboard = await DashboardPage.open(`${demo.url}/metrics/dashboard${hash}`, options);
    await dashboard.find('#tables tbody tr').first().waitFor();
    return dashboard;
  };

  it('shows the numbers of the JSON', async () => {
    const dashboard = await openPage();
    const json = await demo.metrics();
    const { system_metrics: system } = json;
    expect(await dashboard.text('[data-figure=total-requests]')).toBe(counted(system.total_requests));
    expect(await dashboard.text('[data-figure=tokens]')).toBe(counted(tokensOf(system)));
    expect(await dashboard.text('#now-cache .note')).toBe(
      `${system.cache_hits} of ${system.cache_hits! + system.cache_misses!}`,
    );
    const shown = async (table: string) =>
      Object.fromEntries((await dashboard.rows(table)).map(([name, calls]): [string, unknown] => [name!, calls]));
    const expected = (metrics: Readonly<Record<string, object>>) =>
      Object.fromEntries(Object.entries(metrics).map(([name, totals]) => [name, counted(executionsOf(totals))]));
    expect(await shown('#agents')).toEqual(expected(json.agent_metrics));
    for (const tab of ['tools', 'models'] as const) {
      await dashboard.evaluate(`location.hash = 'tab=${tab}'`);
      await dashboard.find(`#${tab} tbody tr`).first().waitFor();
      expect(await shown(`#${tab}`)).toEqual(expected(tab === 'tools' ? json.tool_metrics : json.model_metrics));
    }
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows what the trends say of each name, and of all requests', async () => {
    const dashboard = await openPage('#window=1h&tab=tools');
    const trends = (await (await fetch(`${demo.url}/metrics/trends?window=1h`)).json()) as {
      system: { rate_per_second: number };
      tools: Record<string, { error_rate: number }>;
    };
    const rows = new Map((await dashboard.rows('#tools')).map(([name, , , , , errors]) => [name, errors]));
    const percent = (rate: number) => `${(rate * 100).toFixed(1)}%`;
    for (const [tool, { error_rate }] of Object.entries(trends.tools)) expect(rows.get(tool)).toBe(percent(error_rate));
    // Of the time since the start, which goes on between the two readings.
    const rate = await dashboard.text('[data-figure=rate]');
    expect(rate).toMatch(/^[\d.]+\/s$/);
    expect(parseFloat(rate) / trends.system.rate_per_second).toBeCloseTo(1, 0);
    expect(await dashboard.text('[data-figure=error-rate]')).toBe('0% failed');
  });

  it('shows a call that fails within two seconds', async () => {
    const dashboard = await openPage();
    const failed = dashboard.find('a.request', 'calculate: CalculationError');
    const before = await failed.count();
    await demo.ask(BANANAS);
    const asked = Date.now();
    await failed.nth(before).waitFor();
    expect(Date.now() - asked).toBeLessThan(2_000);
  });

  it('filters everything by name, from the keyboard', async () => {
    const dashboard = await openPage('#tab=tools');
    await dashboard.page.keyboard.press('/');
    await dashboard.page.keyboard.type('CALC');
    await eventually(async () => expect((await dashboard.rows('#tools')).map(([name]) => name)).toEqual(['calculate']));
    expect(dashboard.hash.get('filter')).toBe('CALC');
    // The agent that calls it belongs to it.
    const nodes = () => dashboard.find('#map .node .name').allTextContents();
    await eventually(async () => expect((await nodes()).sort()).toEqual(['calculate', 'researcher']));
    await dashboard.find('#filter').fill('no such name');
    await eventually(async () => expect(await dashboard.text('#tools .empty')).toBe('No matches.'));
  });

  it('shows a link as it was sent', async () => {
    const dashboard = await openPage('#window=1m&tool=search_docs&filter=search');
    expect(await dashboard.text('#details-title')).toBe('search_docs');
    expect(await dashboard.find('#filter').inputValue()).toBe('search');
    expect(await dashboard.text('.top-bar nav [aria-current]')).toBe('1m');
    expect(await dashboard.text('#plots-window')).toBe('Last 1m');
  });

  it('asks for another window as soon as it is chosen', async () => {
    const dashboard = await openPage();
    for (const window of ['1h', '15m', '1m', '5m']) {
      const asked = dashboard.page.waitForRequest((request) => request.url().endsWith(`/trends?window=${window}`));
      await dashboard.find('.top-bar nav a', new RegExp(`^${window}$`)).click();
      await asked;
      await eventually(async () => expect(await dashboard.text('#agents .course .head-scope')).toBe(`last ${window}`));
    }
  });

  it('opens by search a request by its id, or the only matching name', async () => {
    const dashboard = await openPage();
    const { requests } = (await (await fetch(`${demo.url}/metrics/requests`)).json()) as { requests: { id: string }[] };
    await dashboard.page.keyboard.press('/');
    await dashboard.page.keyboard.type(requests[0]!.id);
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => expect(Object.fromEntries(dashboard.hash)).toEqual({ request: requests[0]!.id }));
    await dashboard.find('#filter').fill('RESEARCH');
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => expect(dashboard.hash.get('agent')).toBe('researcher'));
    await dashboard.find('#filter').fill('e');
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => expect(dashboard.hash.get('filter')).toBe('e'));
    expect(dashboard.hash.get('agent')).toBe('researcher');
  });

  it('explains itself, by the key ? and by a button', async () => {
    const dashboard = await openPage();
    expect(await dashboard.find('#help').isVisible()).toBe(false);
    await dashboard.page.keyboard.press('?');
    await dashboard.find('#help').waitFor();
    expect(await dashboard.text('#help')).toContain('Request The outermost run of an agent');
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    await dashboard.page.keyboard.press('Escape');
    await dashboard.find('#help').waitFor({ state: 'hidden' });
    await dashboard.find('#help-button').click();
    await dashboard.find('#help').waitFor();
    await dashboard.find('#help [aria-label=Close]').click();
    await dashboard.find('#help').waitFor({ state: 'hidden' });
    await dashboard.find('#instance button').click();
    const { instance } = (await demo.metrics()) as unknown as { instance: { version: string } };
    expect(await dashboard.text('#processes')).toContain(`Version ${instance.version}`);
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  it('shows the verdict first on a phone, and keeps the map folded', async () => {
    const dashboard = await openPage('', { viewport: { width: 390, height: 844 } });
    const order = await dashboard.evaluate<string[]>(
      "['verdict', 'requests', 'tables', 'plots', 'now'].map((id) => [id, document.getElementById(id).getBoundingClientRect().top]).sort(([, a], [, b]) => a - b).map(([id]) => id)",
    );
    expect(order).toEqual(['verdict', 'requests', 'tables', 'plots', 'now']);
    expect(await dashboard.text('#requests [aria-current=true]')).toBe('Failed');
    await dashboard.find('#requests a', 'Recent').click();
    await eventually(async () => expect(await dashboard.text('#requests [aria-current=true]')).toBe('Recent'));
    const map = dashboard.find('details.folded');
    expect(await map.getAttribute('open')).toBeNull();
    await map.locator('summary').click();
    await eventually(async () => expect(await map.locator('a').count()).toBeGreaterThan(0));
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  it('is dark if the system is, or if the user chooses it', async () => {
    const lightness = (dashboard: DashboardPage) =>
      dashboard.evaluate<number>(
        'getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)',
      );
    const dark = await openPage('', { colorScheme: 'dark' });
    expect(await lightness(dark)).toBeLessThan(100);
    const dashboard = await openPage('', { colorScheme: 'light' });
    expect(await lightness(dashboard)).toBeGreaterThan(600);
    await dashboard.find('#theme').click();
    await dashboard.find('#theme', 'light').click();
    await dashboard.find('#theme', 'dark').waitFor();
    expect(await lightness(dashboard)).toBeLessThan(100);
  });

  it.each([
    ['a phone', 360],
    ['a tablet', 820],
    ['a laptop', 1280],
    ['a wall', 2560],
  ])('fits %s', async (_what, width) => {
    const dashboard = await openPage('#tool=calculate', { viewport: { width, height: 800 } });
    expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await dashboard.page.keyboard.press('Escape');
    expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  it.each(['light', 'dark'] as const)('is accessible, says axe-core, in the %s', async (colorScheme) => {
    const dashboard = await openPage('', { colorScheme });
    await dashboard.find('a.request').first().click();
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    await dashboard.find('#agents a', 'researcher').click();
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  it('asks nothing while it is paused or hidden, and goes on at once', async () => {
    const dashboard = await openPage();
    let asked = 0;
    dashboard.page.on('request', () => (asked += 1));
    const expectSilence = async () => {
      // What was under way when it was told to be silent.
      await setTimeout(500);
      asked = 0;
      await setTimeout(2_500);
      expect(asked).toBe(0);
    };
    await dashboard.find('#pause').click();
    await expectSilence();
    expect(await dashboard.text('#connection')).toBe('Paused');
    expect(await dashboard.text('#pause')).toBe('Resume');
    await dashboard.find('#pause').click();
    await eventually(async () => expect(await dashboard.text('#connection')).toBe('Live'));
    const hide = (hidden: boolean) =>
      dashboard.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await hide(true);
    await expectSilence();
    await hide(false);
    await eventually(async () => expect(asked).toBeGreaterThan(3));
  });
});

describe.each(ADAPTERS)('The dashboard on %s', (_name, adapter) => {
  it('works under a prefix and a path of its own, without a word in the console', async () => {
    const app = await TestApp.start(
      { imports: [MetricsModule.forRoot({ endpoint: { path: 'internal/numbers' } })] },
      { adapter, setUp: (nest) => nest.setGlobalPrefix('api') },
    );
    app.collector.recordAgentExecution({ agentId: 'researcher', durationMs: 10, status: 'success' });
    const dashboard = await DashboardPage.open(`${app.url}/api/internal/numbers/dashboard`);
    await eventually(async () => expect((await dashboard.rows('#agents'))[0]?.[0]).toBe('researcher'));
    expect(dashboard.complaints).toEqual([]);
  });

  it('asks for the token where there is one', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ bearerToken: 'secret' })] }, { adapter });
    app.collector.recordAgentExecution({ agentId: 'researcher', durationMs: 10, status: 'success' });
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    await dashboard.find('#token').fill('wrong');
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => {
      expect(await dashboard.text('#token-error')).toBe('Wrong token.');
    });
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    await dashboard.find('#token').fill('secret');
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => expect((await dashboard.rows('#agents'))[0]?.[0]).toBe('researcher'));
    expect(dashboard.page.url()).toBe(`${app.url}/metrics/dashboard`);
    await dashboard.page.reload();
    await dashboard.find('#agents tbody tr').waitFor();
    expect(dashboard.complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  });
});

describe('The dashboard', () => {
  it('says how to begin where nothing is tracked', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()] });
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    await dashboard.find('#first-steps').waitFor();
    const code = await dashboard.text('#first-steps pre');
    expect(code).toContain("import { TrackAgent, TrackTool } from 'nestjs-agent-metrics';");
    expect(code).toContain("@TrackAgent('researcher')");
    expect(await dashboard.text('#first-steps .sources')).toContain('Caches MetricsCollector.recordCacheHit');
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    app.collector.recordToolExecution({ toolName: 'search', durationMs: 10, status: 'success' });
    await eventually(async () => expect((await dashboard.texts('#tables nav a'))[1]).toBe('Tools 1'));
  });

  const HOSTILE_NAMES = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    '${alert(1)}{{alert(1)}}',
    'javascript:alert(1)',
    '\u202Egnirts lives\u202C',
    'שלום עולם',
    '__proto__',
    'constructor',
    'toString',
    'a&b=c#d%20',
    '😀'.repeat(64),
    'W'.repeat(128),
    ' ',
    'a\nb\tc',
    '\u0000\uFFFF',
    'Ź̴̡̢̛̗̘̙̜̝̞̟̠̀́̂̃',
  ];

  it('shows hostile names as the text that they are', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ recordErrorMessages: true })] });
    const tracker = app.nest.get(ExecutionTracker);
    for (const name of HOSTILE_NAMES) {
      const fail = () => {
        throw Object.assign(new Error(name), { name });
      };
      const work = () => tracker.trackTool(name, fail);
      expect(() => tracker.trackAgent({ id: name, name: `${name}!` }, work)).toThrow();
      tracker.start({ kind: 'agent', id: name });
      app.collector.recordModelCall({ model: name, provider: name });
    }
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`, {
      viewport: { width: 1280, height: 900 },
    });
    await dashboard.find('#agents tbody tr').first().waitFor();
    await dashboard.find('#tables select').selectOption('50');
    const named = dashboard.find('#agents tbody .name');
    await eventually(async () => expect(await named.count()).toBe(HOSTILE_NAMES.length));
    expect((await named.allTextContents()).sort()).toEqual(HOSTILE_NAMES.toSorted());
    for (const name of HOSTILE_NAMES) {
      const parameters = new URLSearchParams({ agent: name });
      await dashboard.evaluate(`location.hash = ${JSON.stringify(parameters.toString())}`);
      expect(await dashboard.find('#details-title .name').textContent()).toBe(name);
      await eventually(async () => expect(await dashboard.find('#errors > li').count()).toBe(1));
    }
    expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(1280);
    expect(await dashboard.find('script').count()).toBe(1);
    expect(await dashboard.find('img, iframe, svg[onload]').count()).toBe(0);
    expect(dashboard.complaints).toEqual([]);
  });

  it('says when the server is away, shows its last figures, and comes back by itself', async () => {
    const start = async (port: number) => {
      const app = await TestApp.start({ imports: [MetricsModule.forRoot()] });
      const proxy = await forwardTo(() => app.url, port);
      return { app, proxy };
    };
    const first = await start(0);
    const port = portOf(first.proxy);
    first.app.nest.get(ExecutionTracker).trackAgent('before', () => undefined);
    const dashboard = await DashboardPage.open(`http://127.0.0.1:${port}/metrics/dashboard`);
    await eventually(async () => expect((await dashboard.rows('#agents'))[0]?.[0]).toBe('before'));
    await stop(first.proxy);
    await dashboard.find('#away').waitFor();
    expect(await dashboard.text('#connection')).toBe('Disconnected');
    // It does not scroll away, be the screen wide or narrow.
    for (const width of [1_280, 390]) {
      await dashboard.page.setViewportSize({ width, height: 500 });
      await eventually(async () => {
        await dashboard.evaluate('scrollTo(0, document.body.scrollHeight)');
        expect(await dashboard.evaluate('scrollY')).toBeGreaterThan(200);
        const { y } = (await dashboard.find('#away').boundingBox())!;
        expect(y >= 0 && y < 120).toBe(true);
      });
    }
    await dashboard.page.setViewportSize({ width: 1_280, height: 720 });
    await eventually(async () => expect((await dashboard.rows('#agents'))[0]?.[0]).toBe('before'));
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    const second = await start(port);
    second.app.clock.setWallTime(Date.UTC(2025, 0, 2));
    second.app.collector.reset();
    second.app.nest.get(ExecutionTracker).trackAgent('after', () => undefined);
    await dashboard.find('#away').waitFor({ state: 'detached' });
    await eventually(async () => expect((await dashboard.rows('#agents'))[0]?.[0]).toBe('after'));
    expect(await dashboard.texts('#requests .name')).toEqual(['after']);
    expect(await dashboard.find('#instances').count()).toBe(0);
    expect(dashboard.complaints.filter((complaint) => !complaint.startsWith('Failed to load resource'))).toEqual([]);
  });

  it('says that it sees one of several instances', async () => {
    const apps = [
      await TestApp.start({ imports: [MetricsModule.forRoot()] }),
      await TestApp.start({ imports: [MetricsModule.forRoot()] }),
    ];
    for (const { collector } of apps) {
      collector.recordAgentExecution({ agentId: 'researcher', durationMs: 10, status: 'success' });
    }
    let turn = 0;
    const balancer = await forwardTo(() => apps[(turn += 1) % 3 === 0 ? 0 : 1]!.url);
    const dashboard = await DashboardPage.open(`http://127.0.0.1:${portOf(balancer)}/metrics/dashboard`);
    await dashboard.find('#instances').waitFor();
    expect(await dashboard.text('#instances')).toContain('2 instances answer in turn here');
    await eventually(async () => {
      expect(await dashboard.texts('#requests .name')).toEqual(['researcher']);
    });
  });
});

/** A proxy that hands each request to the server of its turn. It is closed after the test. */
async function forwardTo(target: () => string, port = 0): Promise<Server> {
  const proxy = createServer((request, response) => {
    const { url, method, headers } = request;
    const forwarded = httpRequest(target() + url, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    forwarded.end();
  });
  proxies.push(proxy);
  return listening(proxy, port);
}

async function stop(proxy: Server): Promise<void> {
  if (!proxy.listening) return;
  proxy.closeAllConnections();
  await closed(proxy);
}

const proxies: Server[] = [];

afterEach(async () => {
  await Promise.all(proxies.splice(0).map(stop));
});

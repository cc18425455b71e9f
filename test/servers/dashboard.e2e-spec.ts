import { rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { currentExecution, ExecutionTracker, MetricsModule, trackedTool } from '../../src';
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
    await dashboard.find('#tools tbody tr').first().waitFor();
    return dashboard;
  };

  it('shows the numbers of the JSON', async () => {
    const dashboard = await openPage();
    const json = await demo.metrics();
    const { system_metrics: system } = json;
    expect(await dashboard.text('[data-figure=total-requests]')).toBe(counted(system.total_requests));
    expect(await dashboard.text('[data-figure=tokens]')).toBe(counted(tokensOf(system)));
    expect(await dashboard.text('#tile-cache .note')).toContain(
      `${system.cache_hits} of ${system.cache_hits! + system.cache_misses!}`,
    );
    const shown = async (table: string) =>
      Object.fromEntries((await dashboard.rows(table)).map(([name, calls]): [string, unknown] => [name!, calls]));
    const expected = (metrics: Readonly<Record<string, object>>) =>
      Object.fromEntries(Object.entries(metrics).map(([name, totals]) => [name, counted(executionsOf(totals))]));
    expect(await shown('#agents')).toEqual(expected(json.agent_metrics));
    expect(await shown('#tools')).toEqual(expected(json.tool_metrics));
    expect(await shown('#models')).toEqual(expected(json.model_metrics));
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows what the trends say of each name, and of all requests', async () => {
    const dashboard = await openPage('#window=1h');
    const trends = (await (await fetch(`${demo.url}/metrics/trends?window=1h`)).json()) as {
      system: { rate_per_second: number };
      tools: Record<string, { error_rate: number }>;
    };
    const rows = new Map((await dashboard.rows('#tools')).map(([name, , , errors]) => [name, errors]));
    const percent = (rate: number) => `${Number((rate * 100).toFixed(1))}${rate === 0 ? '' : '%'}`;
    for (const [tool, { error_rate }] of Object.entries(trends.tools)) expect(rows.get(tool)).toBe(percent(error_rate));
    // Of the time since the start, which goes on between the two readings.
    const rate = await dashboard.text('[data-figure=rate]');
    expect(rate).toMatch(/^[\d.]+\/s$/);
    expect(parseFloat(rate) / trends.system.rate_per_second).toBeCloseTo(1, 0);
    expect(await dashboard.text('[data-figure=error-rate]')).toBe('0%');
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

  it('sorts, and says so in the address', async () => {
    const dashboard = await openPage();
    const names = async () => (await dashboard.rows('#tools')).map(([name]) => name);
    const expectNames = (...expected: string[]) =>
      eventually(async () => expect((await names()).slice(0, expected.length)).toEqual(expected));
    const header = dashboard.find('#tools thead th', 'Name');
    await header.locator('a').click();
    await expectNames('calculate', 'read_section', 'search_docs');
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    await header.locator('a').click();
    await expectNames('search_docs', 'read_section', 'calculate');
    await dashboard.find('#tools thead th', 'Errors').locator('a').click();
    await expectNames('calculate');
    expect(dashboard.hash.get('tools')).toBe('-errors');
    await dashboard.page.reload();
    await expectNames('calculate');
  });

  it('filters everything by name, from the keyboard', async () => {
    const dashboard = await openPage();
    await dashboard.page.keyboard.press('/');
    await dashboard.page.keyboard.type('CALC');
    await eventually(async () => expect((await dashboard.rows('#tools')).map(([name]) => name)).toEqual(['calculate']));
    expect(dashboard.hash.get('filter')).toBe('CALC');
    // The agent that calls it belongs to it.
    const nodes = () => dashboard.find('.crew-map .node-name').allTextContents();
    await eventually(async () => {
      expect((await nodes()).map((name) => name.replace(/[\u2068\u2069]/g, '')).sort()).toEqual([
        'calculate',
        'researcher',
      ]);
    });
    await eventually(async () => expect(await dashboard.rows('#agents')).toEqual([]));
    await dashboard.find('#filter').fill('no such name');
    await eventually(async () => expect(await dashboard.text('#tools .empty')).toBe('None has a name like that.'));
  });

  it('draws no crew where the filter leaves nobody', async () => {
    const dashboard = await openPage();
    await dashboard.find('.crew-map').waitFor();
    await dashboard.find('#filter').fill('no such name');
    await eventually(async () => expect(await dashboard.text('#crew .empty')).toBe('None has a name like that.'));
    expect(await dashboard.find('.crew-map').count()).toBe(0);
    await dashboard.find('#filter').fill('calc');
    await dashboard.find('.crew-map').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  it('opens what is selected, from the table as from the crew, and goes back to where it was', async () => {
    const dashboard = await openPage();
    const link = dashboard.find('#tools a', 'calculate');
    await link.focus();
    await dashboard.page.keyboard.press('Enter');
    await dashboard.find('#details').waitFor();
    expect(await dashboard.text('#details-title')).toBe('calculate');
    expect(await dashboard.evaluate('document.activeElement.id')).toBe('details-title');
    const { calculate } = (await demo.metrics()).tool_metrics;
    expect(await dashboard.text('[data-figure=detail-calls]')).toBe(counted(calculate!.execution_count));
    await eventually(async () => {
      expect(await dashboard.texts('#errors .error-type')).toHaveLength(calculate!.error_count!);
    });
    expect(new Set(await dashboard.texts('#errors .error-type'))).toEqual(new Set(['CalculationError']));
    expect(await dashboard.find('#details time-plot canvas').count()).toBe(2);
    await dashboard.page.keyboard.press('Escape');
    await dashboard.find('#details').waitFor({ state: 'detached' });
    expect(await dashboard.evaluate('document.activeElement.textContent')).toBe('calculate');
    await dashboard.find('.crew-map a', 'researcher').click();
    expect(await dashboard.text('#details-title')).toBe('researcher');
    expect(dashboard.hash.get('agent')).toBe('researcher');
    await dashboard.page.goBack();
    await dashboard.find('#details').waitFor({ state: 'detached' });
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows a link as it was sent', async () => {
    const dashboard = await openPage('#window=1m&tool=search_docs&filter=search&failed=');
    expect(await dashboard.text('#details-title')).toBe('search_docs');
    expect(await dashboard.find('#filter').inputValue()).toBe('search');
    expect(await dashboard.text('.top-bar nav [aria-current]')).toBe('1m');
    expect(await dashboard.find('.toggle input').isChecked()).toBe(true);
    expect(await dashboard.texts('.tile .scope')).toContain('last 1m');
  });

  it('asks for another window as soon as it is chosen', async () => {
    const dashboard = await openPage();
    for (const window of ['1h', '15m', '1m', '5m']) {
      const asked = dashboard.page.waitForRequest((request) => request.url().endsWith(`/trends?window=${window}`));
      await dashboard.find('.top-bar nav a', new RegExp(`^${window}$`)).click();
      await asked;
      await eventually(async () => expect(await dashboard.text('#tools .course')).toBe(`Last ${window}`));
    }
  });

  it('shows a request as the waterfall of what ran within', async () => {
    const dashboard = await openPage();
    await dashboard.find('a.request', 'CalculationError').first().click();
    await dashboard.find('.step').first().waitFor();
    const steps = await dashboard.find('.step').all();
    const seen = await Promise.all(
      steps.map(async (step) => [
        await step.locator('.name').innerText(),
        /--depth: (\d+)/.exec((await step.locator('.step-name').getAttribute('style')) ?? '')?.[1],
        await step.locator('.status').getAttribute('title'),
      ]),
    );
    // The planner asks no model for a calculation, and the writer none without passages.
    expect(seen).toEqual([
      ['crew', '0', 'success'],
      ['planner', '1', 'success'],
      ['researcher', '1', 'success'],
      ['calculate', '2', 'error'],
      ['writer', '1', 'success'],
    ]);
    expect(await dashboard.texts('.step-error .remarks')).toEqual(['CalculationError']);
    expect(await dashboard.find('.step-error .bar-failed').count()).toBe(1);
    await dashboard.find('.toggle').click();
    await eventually(async () => {
      const all = await dashboard.find('a.request').count();
      expect(await dashboard.find('a.request .failure').count()).toBe(all);
    });
  });

  it('is dark where the system is, or where somebody says so', async () => {
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
      expect(await dashboard.text('#token-error')).toBe('The server does not know this token.');
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
    expect(await dashboard.text('#first-steps pre')).toContain("@TrackAgent('researcher')");
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    app.collector.recordToolExecution({ toolName: 'search', durationMs: 10, status: 'success' });
    await eventually(async () => expect((await dashboard.rows('#tools'))[0]?.[0]).toBe('search'));
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
    await dashboard.find('#agents select').selectOption('50');
    const named = dashboard.find('#agents tbody .name');
    await eventually(async () => expect(await named.count()).toBe(HOSTILE_NAMES.length));
    expect((await named.allTextContents()).sort()).toEqual(HOSTILE_NAMES.toSorted());
    for (const name of HOSTILE_NAMES) {
      const parameters = new URLSearchParams({ agent: name });
      await dashboard.evaluate(`location.hash = ${JSON.stringify(parameters.toString())}`);
      expect(await dashboard.find('#details-title .name').textContent()).toBe(name);
      await eventually(async () => expect(await dashboard.find('#errors li').count()).toBe(1));
    }
    expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(1280);
    expect(await dashboard.find('script').count()).toBe(1);
    expect(await dashboard.find('img, iframe, svg[onload]').count()).toBe(0);
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows of each model what it shows of tools, and which calls have no usage', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()] });
    const tracker = app.nest.get(ExecutionTracker);
    const start = (name: string) => tracker.start({ kind: 'model', name });
    for (const status of [503, 503, 429]) {
      const error = Object.assign(new Error('Refused.'), {
        status,
        name: status === 429 ? 'RateLimitError' : 'ServerError',
      });
      start('busy').end({ error });
    }
    const answered = start('busy');
    answered.usage({ inputTokens: 1_000 });
    answered.recordRetry();
    answered.end();
    start('busy');
    app.collector.recordModelCall({ model: 'quiet' });
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    await dashboard.find('#models tbody tr').first().waitFor();
    const rows = (await dashboard.rows('#models')).map((row) => row.slice(0, 6));
    expect(rows).toEqual([
      ['busy', '4', '75%', '1', '1', '3'],
      ['quiet', '1', '–', '–', '–', '–'],
    ]);
    const errors = dashboard.find('#models tbody tr').first().locator('td').nth(1);
    expect(await errors.getAttribute('title')).toBe('ServerError 2, RateLimitError 1');
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows the ten tenants that cost most, where requests are broken down', async () => {
    let tenant = '';
    const breakdown = { value: () => tenant };
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ breakdown })] });
    const request = (name: string, run: () => unknown) => {
      tenant = name;
      app.nest.get(ExecutionTracker).trackAgent('desk', run);
    };
    const fail = () => currentExecution()!.fail(new Error('no tea'));
    for (let cost = 1; cost <= 10; cost += 1) {
      request(`t${cost}`, () => app.collector.recordModelCall({ model: 'm', inputTokens: 1_000, costUsd: cost }));
    }
    for (const run of [fail, () => app.collector.recordModelCall({ model: 'free', inputTokens: 5 })])
      request('<b>unpriced</b>', run);
    request('quiet', () => undefined);
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    await dashboard.find('#breakdown .more').waitFor();
    expect(await dashboard.rows('#breakdown')).toHaveLength(10);
    expect((await dashboard.rows('#breakdown'))[0]).toEqual(['t10', '1', '–', '1,000', '$10.00']);
    expect(await dashboard.text('#breakdown .more')).toBe('and 2 that cost less');
    await dashboard.find('#filter').fill('u');
    await dashboard.find('#breakdown tbody tr').nth(2).waitFor({ state: 'detached' });
    expect(await dashboard.rows('#breakdown')).toEqual([
      ['<b>unpriced</b>', '2', '1', '5', '–'],
      ['quiet', '1', '–', '–', '–'],
    ]);
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows repeated calls where there are any, whatever agents and tools are called', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ measureRepeats: true })] });
    const tracker = app.nest.get(ExecutionTracker);
    const call = trackedTool('constructor', (text: string) => text);
    tracker.trackAgent('__proto__', () => call('a'));
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    const heads = async () => (await dashboard.find('#agents thead').innerText()).split(/\s+/);
    expect(await heads()).not.toContain('Repeated');
    tracker.trackAgent('__proto__', () => ['a', 'a', 'a'].forEach((text) => call(text)));
    await eventually(async () => expect(await heads()).toContain('Repeated'));
    expect((await dashboard.rows('#agents'))[0]?.slice(0, 7)).toEqual(expect.arrayContaining(['__proto__', '2']));
    expect((await dashboard.rows('#tools'))[0]?.slice(0, 7)).toEqual(expect.arrayContaining(['constructor', '2']));
    expect(await dashboard.accessibilityFaults()).toEqual([]);
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
    expect(await dashboard.text('#connection')).toBe('No answer');
    expect((await dashboard.rows('#agents'))[0]?.[0]).toBe('before');
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
      expect(await dashboard.texts('#requests .name')).toEqual(['researcher', 'researcher']);
    });
  });

  it('holds the order of a table while the pointer or the focus is in it', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()] });
    const tracker = app.nest.get(ExecutionTracker);
    const call = (tool: string, times: number) => {
      for (let time = 0; time < times; time += 1) tracker.trackTool(tool, () => undefined);
    };
    call('first', 3);
    call('second', 2);
    call('third', 1);
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    const expectRows = (...rows: string[][]) =>
      eventually(async () => expect((await dashboard.rows('#tools')).map((row) => row.slice(0, 2))).toEqual(rows));
    await expectRows(['first', '3'], ['second', '2'], ['third', '1']);
    await dashboard.find('#tools tbody tr').first().hover();
    call('third', 8);
    await expectRows(['first', '3'], ['second', '2'], ['third', '9']);
    expect(await dashboard.text('#tools .held')).toBe('order held while you are in the table');
    await dashboard.page.mouse.move(0, 0);
    await expectRows(['third', '9'], ['first', '3'], ['second', '2']);
    expect(await dashboard.find('#tools .held').count()).toBe(0);
    await dashboard.find('#tools tbody a', 'first').focus();
    call('second', 2);
    call('fourth', 5);
    await expectRows(['third', '9'], ['first', '3'], ['second', '4'], ['fourth', '5']);
    expect(await dashboard.evaluate('document.activeElement.textContent')).toBe('first');
    // Whoever asks for another order gets it.
    await dashboard.evaluate("location.hash = 'tools=name'");
    await expectRows(['first', '3'], ['fourth', '5'], ['second', '4'], ['third', '9']);
  });

  const FRAME_MS = 1_000 / 60;
  const UPDATES = 9;

  it('draws a thousand agents, each with a tool of its own, in parts of about a frame', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ maxSeries: 10_000 })] });
    const tracker = app.nest.get(ExecutionTracker);
    const useAll = () => {
      for (let agent = 0; agent < 1_000; agent += 1) {
        tracker.trackAgent(`agent ${agent}`, () => tracker.trackTool(`tool ${agent}`, () => app.clock.advance(1)));
      }
    };
    for (let second = 0; second < 20; second += 1) useAll();
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard#window=1m&agent=agent+7`);
    for (const table of ['#agents', '#tools']) {
      await dashboard.find(`${table} select`).selectOption('200');
      await eventually(async () => expect(await dashboard.find(`${table} tbody tr`).count()).toBe(200));
    }
    // So that rows are in sight.
    await dashboard.evaluate("document.getElementById('agents').scrollIntoView()");
    const readTimes = await dashboard.timeViews();
    let times: Record<string, number[]> = {};
    for (let update = 1; update <= UPDATES; update += 1) {
      useAll();
      // Paused and not, it asks at once.
      await dashboard.evaluate("document.getElementById('pause').click(), document.getElementById('pause').click()");
      await eventually(async () => {
        times = await readTimes();
        expect(Math.min(times.agents?.length ?? 0, times.tools?.length ?? 0)).toBeGreaterThanOrEqual(update);
      });
    }
    process.stdout.write(`Frames that draw 200 of 1,000 rows and all else, in ms:\n${describeTimes(times)}\n`);
    expect(Object.keys(times)).toEqual(expect.arrayContaining(['page', 'tiles', 'crew', 'agents', 'tools']));
    // Twice a frame where the machine has other work; rows that are all laid out take three times as long there.
    for (const [view, durations] of Object.entries(times)) {
      expect([view, median(durations) < 2 * FRAME_MS]).toEqual([view, true]);
    }
    await dashboard.find('#agents [aria-label="Next page"]').click();
    await eventually(async () => expect(await dashboard.text('#agents .pager span')).toBe('201–400'));
    expect(await dashboard.find('.crew-map .node-box').count()).toBeLessThanOrEqual(40);
    expect(dashboard.complaints).toEqual([]);
  });

  it('tells assistive technology of every row of a table, and of its cells as they come into sight', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()] });
    for (let tool = 0; tool < 50; tool += 1) {
      app.collector.recordToolExecution({ toolName: `tool ${tool}`, durationMs: 10, status: 'success' });
    }
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    await dashboard.find('#tools select').selectOption('50');
    await eventually(async () => expect(await dashboard.find('#tools tbody tr').count()).toBe(50));
    expect(await dashboard.accessibleNames('row')).toHaveLength(1 + 1 + 50);
    expect(await dashboard.accessibleNames('columnheader')).toEqual(expect.arrayContaining(['Name', 'Retries']));
    const last = dashboard.find('#tools tbody tr').last();
    await last.scrollIntoViewIfNeeded();
    const name = await last.locator('.name').textContent();
    await eventually(async () => expect(await dashboard.accessibleNames('rowheader')).toContain(name));
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function describeTimes(times: Readonly<Record<string, number[]>>): string {
  return Object.entries(times)
    .map(
      ([view, all]) => `  ${view}: ${median(all).toFixed(1)}, at most ${Math.max(...all).toFixed(1)} of ${all.length}`,
    )
    .join('\n');
}

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

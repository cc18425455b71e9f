import { currentExecution, ExecutionTracker, MetricsModule, trackedTool, type MetricsRootOptions } from '../../src';
import { DashboardPage, eventually } from '../support/dashboard-page';
import { TestApp } from '../support/test-app';

const start = async (options: MetricsRootOptions = {}) => {
  const app = await TestApp.start({ imports: [MetricsModule.forRoot(options)] });
  return { app, tracker: app.nest.get(ExecutionTracker) };
};
const open = (app: TestApp, hash = '', options = {}) =>
  DashboardPage.open(`${app.url}/metrics/dashboard${hash}`, options);

/** The visible cells of each row of the shown table, by the names of its columns. */
const table = (dashboard: DashboardPage) =>
  dashboard.evaluate<Record<string, string>[]>(`[...document.querySelectorAll('#tables tbody tr')].map((row) => {
    const seen = row.cloneNode(true);
    seen.querySelectorAll('.unseen').forEach((part) => part.remove());
    const cells = [...seen.querySelectorAll('td[data-label]')];
    const textOf = (cell) => cell.textContent.replace(/\\s+/g, ' ').trim();
    return { Name: seen.querySelector('.name').textContent, ...Object.fromEntries(cells.map((cell) => [cell.dataset.label, textOf(cell)])) };
  })`);

const column = async (dashboard: DashboardPage, name: string) => (await table(dashboard)).map((row) => row[name]);
const names = (dashboard: DashboardPage) => column(dashboard, 'Name');

describe('The table of the dashboard', () => {
  it('has tabs, of which the address tells, for what there is', async () => {
    const { app, tracker } = await start();
    tracker.trackAgent('desk', () => tracker.trackTool('search', () => undefined));
    const dashboard = await open(app);
    await eventually(async () => {
      expect(await dashboard.texts('#tables nav a')).toEqual(['Agents 1', 'Tools 1', 'Models 0', 'Caches 0']);
    });
    await dashboard.find('#tables nav a', 'Tools').click();
    await eventually(async () => expect(await names(dashboard)).toEqual(['search']));
    expect(dashboard.hash.get('tab')).toBe('tools');
    expect(await dashboard.text('#tables nav [aria-current]')).toBe('Tools 1');
    await dashboard.find('#tables nav a', 'Models').click();
    await eventually(async () => {
      expect(await dashboard.text('#tables .empty')).toBe(
        'No model calls yet. trackedModel and recordModelCall count them.',
      );
    });
    await dashboard.find('#tables nav a', 'Caches').click();
    await eventually(async () => {
      expect(await dashboard.text('#tables .empty')).toBe(
        'No cache lookups yet. recordCacheHit and recordCacheMiss count them.',
      );
    });
    app.collector.recordCacheHit('answers');
    app.collector.recordCacheMiss('answers');
    app.collector.recordCacheMiss('answers');
    await eventually(async () => {
      expect(await table(dashboard)).toEqual([
        { Name: 'answers', Lookups: '3', Hits: '1', Misses: '2', 'Hit rate': '33.3%' },
      ]);
    });
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });

  it('keeps three digits, and says nothing where nothing is known', async () => {
    const { app } = await start({ pricing: { priced: { inputPerMillion: 1_000, outputPerMillion: 0 } } });
    const call = (agentId: string, durationMs: number, status: 'success' | 'error' = 'success') =>
      app.collector.recordAgentExecution({ agentId, durationMs, status });
    for (let time = 0; time < 30; time += 1) call('slow', 4_000);
    call('slow', 4_000, 'error');
    call('fast', 9.5);
    app.collector.recordModelCall({ agentId: 'slow', model: 'priced', inputTokens: 1_200 });
    for (const inputTokens of [10, 10])
      app.collector.recordModelCall({ agentId: 'slow', model: 'unknown', inputTokens });
    app.collector.recordModelCall({ agentId: 'fast', model: 'unknown', inputTokens: 10 });
    app.clock.advance(1_000);
    const dashboard = await open(app, '', { viewport: { width: 1600, height: 900 } });
    await eventually(async () => expect(await names(dashboard)).toEqual(['slow', 'fast']));
    const [slow, fast] = await table(dashboard);
    expect(slow).toMatchObject({
      Calls: '31',
      Retries: '0',
      Running: '0',
      Rate: '31.0',
      Errors: '3.2%',
      Cost: '$1.20 + 2 unpriced',
      '$/call': '–',
      Tokens: '1,220',
    });
    expect(slow!.p50).toMatch(/^\d\.\d\d s$/);
    expect(fast!.p95).toMatch(/^\d\.\d\d ms$/);
    expect(fast).toMatchObject({ Errors: '0.0%', Cost: '–', Rate: '1.00' });
    const unknown = dashboard.find('#tables tr', 'fast').locator('[data-label=Cost] .unknown');
    expect(await unknown.getAttribute('title')).toBe('1 call not priced (cost is incomplete)');
    expect(await unknown.locator('.unseen').textContent()).toContain('1 call not priced');
    // The window passes, and its figures with it.
    app.clock.advance(600_000);
    await eventually(async () => {
      expect((await table(dashboard))[0]).toMatchObject({
        Calls: '31',
        Rate: '0.000',
        Errors: '–',
        p50: '–',
        p95: '–',
      });
    });
  });

  it('colours failures as they are shown: none, amber below 5 %, red from there on', async () => {
    const { app } = await start();
    const record = (toolName: string, calls: number, failures: number) => {
      for (let call = 0; call < calls; call += 1) {
        const status = call < failures ? 'error' : 'success';
        app.collector.recordToolExecution({ toolName, durationMs: 1, status });
      }
    };
    record('hardly', 3_000, 1);
    record('some', 100, 4);
    record('rounded', 10_000, 496);
    record('many', 100, 5);
    const dashboard = await open(app, '#tab=tools&tools=name');
    await eventually(async () => expect(await names(dashboard)).toEqual(['hardly', 'many', 'rounded', 'some']));
    const looks = await dashboard.evaluate(
      "[...document.querySelectorAll('#tables td[data-label=Errors]')].map((cell) => /severity-(\\w+)/.exec(cell.className)[1])",
    );
    expect(await column(dashboard, 'Errors')).toEqual(['0.0%', '5.0%', '5.0%', '4.0%']);
    expect(looks).toEqual(['ok', 'bad', 'bad', 'warn']);
  });

  it('sorts, and says so in the address; unknown values come last', async () => {
    const { app } = await start();
    const call = (toolName: string, durationMs: number, times: number) => {
      for (let time = 0; time < times; time += 1) {
        app.collector.recordToolExecution({ toolName, durationMs, status: time === 0 ? 'error' : 'success' });
      }
    };
    call('idle', 1, 9);
    app.clock.advance(3_600_000);
    call('a', 10, 4);
    call('b', 2_000, 3);
    call('c', 100, 5);
    const dashboard = await open(app, '#tab=tools');
    const expectNames = (...expected: string[]) =>
      eventually(async () => expect(await names(dashboard)).toEqual(expected));
    await expectNames('idle', 'c', 'a', 'b');
    const head = (name: string) => dashboard.find('#tables thead th', name);
    await head('p95').locator('a').click();
    await expectNames('b', 'c', 'a', 'idle');
    expect(await head('p95').getAttribute('aria-sort')).toBe('descending');
    await head('p95').locator('a').click();
    await expectNames('a', 'c', 'b', 'idle');
    expect(dashboard.hash.get('tools')).toBe('p95');
    await dashboard.page.reload();
    await expectNames('a', 'c', 'b', 'idle');
    await head('Name').locator('a').click();
    await expectNames('a', 'b', 'c', 'idle');
  });

  it('shows a page of many, what matches, and those that failed', async () => {
    const { app } = await start();
    for (let tool = 0; tool < 63; tool += 1) {
      const status = tool % 9 === 0 ? 'error' : 'success';
      app.collector.recordToolExecution({ toolName: `tool ${tool}`, durationMs: 10, status });
    }
    const dashboard = await open(app, '#tab=tools');
    const expectCount = (text: string, rows: number) =>
      eventually(async () => {
        expect(await dashboard.text('#tables-count')).toBe(text);
        expect(await dashboard.find('#tables tbody tr').count()).toBe(rows);
      });
    await expectCount('Showing 1–15 of 63', 15);
    await dashboard.find('[aria-label="Next page"]').click();
    await expectCount('Showing 16–30 of 63', 15);
    await dashboard.find('#tables select').selectOption('50');
    await expectCount('Showing 1–50 of 63', 50);
    expect(await dashboard.accessibleNames('row')).toHaveLength(1 + 50);
    await dashboard.find('#tables select').selectOption('200');
    await expectCount('', 63);
    await dashboard.find('#failed-only').click();
    await expectCount('Showing 7 of 63', 7);
    expect(dashboard.hash.get('only')).toBe('failed');
    await dashboard.find('#filter').fill('tool 1');
    await eventually(async () => expect(await names(dashboard)).toEqual(['tool 18']));
    await dashboard.find('#filter').fill('no such name');
    await eventually(async () => expect(await dashboard.text('#tables .empty')).toBe('No matches.'));
  });

  it('holds the order while the pointer or the focus is in it, and each row is its name', async () => {
    const { app, tracker } = await start();
    const call = (tool: string, times: number) => {
      for (let time = 0; time < times; time += 1) tracker.trackTool(tool, () => undefined);
    };
    call('first', 3);
    call('second', 2);
    call('third', 1);
    const dashboard = await open(app, '#tab=tools');
    const expectRows = (...rows: string[][]) =>
      eventually(async () => {
        expect((await table(dashboard)).map(({ Name, Calls }) => [Name, Calls])).toEqual(rows);
      });
    await expectRows(['first', '3'], ['second', '2'], ['third', '1']);
    await dashboard.find('#tables tbody tr').first().hover();
    await dashboard.evaluate("globalThis.row = document.querySelector('#tables tbody tr')");
    call('third', 8);
    await expectRows(['first', '3'], ['second', '2'], ['third', '9']);
    await eventually(async () => expect(await dashboard.text('#held')).toBe('Sorting paused while you hover'));
    await dashboard.page.mouse.move(0, 0);
    await expectRows(['third', '9'], ['first', '3'], ['second', '2']);
    expect(await dashboard.evaluate("globalThis.row.querySelector('.name').textContent")).toBe('first');
    expect(await dashboard.text('#held')).toBe('');
    await dashboard.find('#tables tbody th a', 'first').focus();
    call('second', 2);
    call('fourth', 5);
    await expectRows(['third', '9'], ['first', '3'], ['second', '4'], ['fourth', '5']);
    expect(await dashboard.text('#held')).toBe('Sorting paused while focus is inside');
    expect(await dashboard.evaluate('document.activeElement.textContent')).toBe('first');
    // A user who chooses another order gets it.
    await dashboard.evaluate("location.hash = 'tab=tools&tools=name'");
    await expectRows(['first', '3'], ['fourth', '5'], ['second', '4'], ['third', '9']);
  });

  it('leads from figures to the requests behind them', async () => {
    const { app, tracker } = await start();
    const call = trackedTool('search', () => {
      app.clock.advance(20);
      throw new Error('gone');
    });
    tracker.trackAgent('desk', () => expect(call).toThrow('gone'));
    const dashboard = await open(app, '#tab=tools&ran=other');
    await dashboard.find('#tables [data-label=Errors] a').click();
    await eventually(async () => {
      expect(Object.fromEntries(dashboard.hash)).toEqual({ tab: 'tools', list: 'failed', called: 'search' });
    });
    await dashboard.find('#tables [data-label=p95] a').click();
    await eventually(async () => expect(dashboard.hash.get('list')).toBe('slowest'));
    await dashboard.find('#tables nav a', 'Agents').click();
    await dashboard.find('#tables [data-label=Calls] a').click();
    await eventually(async () => {
      expect(Object.fromEntries(dashboard.hash)).toEqual({ ran: 'desk' });
    });
  });

  it('shows of each model what it shows of tools, first tokens, and which calls have no usage', async () => {
    const { app, tracker } = await start();
    const begin = (name: string) => tracker.start({ kind: 'model', name });
    for (const status of [503, 503, 429]) {
      const name = status === 429 ? 'RateLimitError' : 'ServerError';
      begin('busy').end({ error: Object.assign(new Error('Refused.'), { status, name }) });
    }
    const answered = begin('busy');
    answered.usage({ inputTokens: 1_000 });
    answered.recordRetry();
    answered.end();
    begin('busy');
    for (const timeToFirstTokenMs of [100, 200, 3_000]) {
      app.collector.recordModelCall({ model: 'quiet', timeToFirstTokenMs, durationMs: 4_000, inputTokens: 5 });
    }
    const dashboard = await open(app, '#tab=models', { viewport: { width: 1700, height: 900 } });
    await eventually(async () => expect(await names(dashboard)).toEqual(['busy', 'quiet']));
    const [busy, quiet] = await table(dashboard);
    expect(busy).toMatchObject({
      Calls: '4',
      Errors: '75.0%',
      Running: '1',
      Retries: '1',
      'No usage': '3',
      'Error types': 'ServerError 2, RateLimitError 1',
      Cost: '–',
    });
    expect(quiet).toMatchObject({ Calls: '3', 'No usage': '0', 'Error types': '', Tokens: '15' });
    const firstTokens = dashboard.find('#tables tr', 'quiet').locator('td[data-label=p50], td[data-label=p95]');
    expect((await firstTokens.allInnerTexts()).slice(-2)).toEqual(['200 ms', '3.00 s']);
    expect(await dashboard.text('#tables thead')).toContain('first token, of the history');
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows tenants, dearest first, where requests are broken down', async () => {
    let tenant = '';
    const { app, tracker } = await start({ breakdown: { value: () => tenant } });
    const request = (name: string, run: () => unknown) => {
      tenant = name;
      tracker.trackAgent('desk', run);
    };
    const fail = () => currentExecution()!.fail(new Error('no tea'));
    for (let cost = 1; cost <= 3; cost += 1) {
      request(`t${cost}`, () => app.collector.recordModelCall({ model: 'm', inputTokens: 1_000, costUsd: cost }));
    }
    for (const run of [fail, () => app.collector.recordModelCall({ model: 'free', inputTokens: 5 })])
      request('<b>unpriced</b>', run);
    request('quiet', () => undefined);
    const dashboard = await open(app, '#tab=breakdown', { viewport: { width: 1600, height: 900 } });
    await eventually(async () => {
      expect(await table(dashboard)).toMatchObject([
        { Name: 't3', Requests: '1', Failed: '0', Errors: '0.0%', Tokens: '1,000', Cost: '$3.00', '$/call': '$3.00' },
        { Name: 't2' },
        { Name: 't1' },
        { Name: '<b>unpriced</b>', Requests: '2', Failed: '1', Errors: '50.0%', Tokens: '5', Cost: '–' },
        { Name: 'quiet', Requests: '1', Tokens: '–', Cost: '–' },
      ]);
    });
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows budgets, the fullest first, where there are any', async () => {
    const { app, tracker } = await start({
      budgets: [
        { name: 'all', by: 'application', costUsd: 10, window: '1d', onExceeded: 'report' },
        { name: 'each', by: 'agent', costUsd: 5, tokens: 2_000, window: '1h', onExceeded: 'report' },
      ],
    });
    tracker.trackAgent('desk', () => {
      const call = tracker.start({ kind: 'model', name: 'm' });
      call.usage({ inputTokens: 1_000, costUsd: 4.5 });
      call.end();
    });
    const dashboard = await open(app, '#tab=budgets');
    await eventually(async () => {
      expect(await table(dashboard)).toMatchObject([
        { Name: 'each', Spent: '$4.50', Limit: '$5.00', Tokens: '1,000', 'Token limit': '2,000', Share: '90.0%' },
        { Name: 'all', Spent: '$4.50', Limit: '$10.00', Tokens: '–', Share: '45.0%' },
      ]);
    });
    const shares = dashboard.find('#tables td[data-label=Share]');
    expect(await shares.first().getAttribute('class')).toContain('severity-warn');
    expect(await dashboard.find('#tables time').count()).toBe(2);
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  it('shows repeated calls where there are any, whatever agents and tools are called', async () => {
    const { app, tracker } = await start({ measureRepeats: true });
    const call = trackedTool('constructor', (text: string) => text);
    tracker.trackAgent('__proto__', () => call('a'));
    const dashboard = await open(app);
    await eventually(async () => expect(await names(dashboard)).toEqual(['__proto__']));
    expect(Object.keys((await table(dashboard))[0]!)).not.toContain('Repeated');
    tracker.trackAgent('__proto__', () => ['a', 'a', 'a'].forEach((text) => call(text)));
    await eventually(async () => expect((await table(dashboard))[0]).toMatchObject({ Repeated: '2' }));
    await dashboard.find('#tables nav a', 'Tools').click();
    await eventually(async () => {
      expect(await table(dashboard)).toMatchObject([{ Name: 'constructor', Repeated: '2' }]);
    });
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });

  it.each([390, 768, 1400, 2560])('is readable at %d pixels', async (width) => {
    const { app } = await start();
    const name = 'customer-support-department-of-the-northern-regions-7-eu';
    app.collector.recordAgentExecution({ agentId: name, durationMs: 4_040, status: 'error' });
    app.collector.recordModelCall({ agentId: name, model: 'm', durationMs: 1, inputTokens: 1_000, costUsd: 0.000_44 });
    const dashboard = await open(app, '', { viewport: { width, height: 800 } });
    await dashboard.find('#tables tbody tr').waitFor();
    expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(width);
    // Visible text is visible whole, except for the middle of a long name.
    const seen = await dashboard.evaluate<{ cut: string[]; heads: string[]; end: [string, boolean] }>(`(() => {
      const all = (selector) => [...document.querySelectorAll('#tables ' + selector)];
      const end = all('.short-name span').at(-1);
      return {
        cut: all('td, thead a').filter((cell) => cell.clientWidth > 0 && cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
        heads: all('thead th a').filter((head) => head.checkVisibility()).map((head) => head.textContent.split(/[,↓]/)[0].trim()),
        end: [end.textContent, end.getBoundingClientRect().right <= end.closest('.table-frame').getBoundingClientRect().right],
      };
    })()`);
    expect(seen).toEqual({
      cut: [],
      heads: expect.arrayContaining(['Name', 'Errors', 'p95']) as string[],
      end: ['ns-7-eu', true],
    });
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  const UPDATES = 9;

  it('draws a thousand agents, each with a tool of its own, and lays out the rows in sight', async () => {
    const { app, tracker } = await start({ maxSeries: 10_000 });
    const useAll = () => {
      for (let agent = 0; agent < 1_000; agent += 1) {
        tracker.trackAgent(`agent ${agent}`, () => tracker.trackTool(`tool ${agent}`, () => app.clock.advance(1)));
      }
    };
    for (let second = 0; second < 20; second += 1) useAll();
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard#window=1m&agent=agent+7`);
    await dashboard.find('#tables select').selectOption('200');
    await eventually(async () => expect(await dashboard.find('#agents tbody tr').count()).toBe(200));
    // So that rows are in sight.
    await dashboard.evaluate("document.getElementById('tables').scrollIntoView()");
    const timesOfUpdates = async () => {
      const readTimes = await dashboard.timeViews();
      let times: Record<string, number[]> = {};
      for (let update = 1; update <= UPDATES; update += 1) {
        useAll();
        // Paused and not, it asks at once.
        await dashboard.evaluate("document.getElementById('pause').click(), document.getElementById('pause').click()");
        await eventually(async () => {
          times = await readTimes();
          expect(times.tables?.length ?? 0).toBeGreaterThanOrEqual(update);
        });
      }
      return times;
    };
    const times = await timesOfUpdates();
    process.stdout.write(`Frames that draw 200 of 1,000 rows and all else, in ms:\n${describeTimes(times)}\n`);
    expect(Object.keys(times)).toEqual(expect.arrayContaining(['page', 'map', 'tables']));
    await dashboard.evaluate(`(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('.names tbody tr { content-visibility: visible }');
      document.adoptedStyleSheets.push(sheet);
    })()`);
    // Beside itself where all rows are laid out, since a machine may have other work.
    const laidOut = median((await timesOfUpdates()).tables!);
    for (const [view, durations] of Object.entries(times)) {
      expect([view, median(durations) < 0.75 * laidOut]).toEqual([view, true]);
    }
    await dashboard.find('[aria-label="Next page"]').click();
    await eventually(async () => expect(await dashboard.text('#tables-count')).toBe('Showing 201–400 of 1,000'));
    expect(await dashboard.find('#map .node').count()).toBeLessThanOrEqual(40);
    expect(dashboard.complaints).toEqual([]);
  });
});

describe('The details of the dashboard', () => {
  const failWith = (name: string, message: string) => () => {
    throw Object.assign(new Error(message), { name });
  };

  it('open from the table with the focus, and give it back as they close', async () => {
    const { tracker, app } = await start();
    tracker.trackAgent('desk', () => tracker.trackTool('search', () => undefined));
    const dashboard = await open(app, '#tab=tools', { viewport: { width: 1500, height: 900 } });
    const link = dashboard.find('#tables th a', 'search');
    await link.focus();
    await dashboard.page.keyboard.press('Enter');
    await dashboard.find('#details').waitFor();
    expect(await dashboard.evaluate('document.activeElement.id')).toBe('details-title');
    expect(await dashboard.text('[data-figure=detail-calls]')).toBe('1');
    expect(await dashboard.find('#details time-plot canvas').count()).toBe(2);
    expect(await dashboard.texts('#details .neighbours li')).toEqual([expect.stringContaining('desk')]);
    // The table that it came from is seen beside it.
    const [table, details] = await Promise.all([
      dashboard.find('#tables').boundingBox(),
      dashboard.find('#details').boundingBox(),
    ]);
    expect(table!.x + table!.width).toBeLessThanOrEqual(details!.x);
    await dashboard.page.keyboard.press('Escape');
    await dashboard.find('#details').waitFor({ state: 'detached' });
    expect(await dashboard.evaluate('document.activeElement.textContent')).toContain('search');
    await dashboard.find('#tables th a', 'search').click();
    await dashboard.page.goBack();
    await dashboard.find('#details').waitFor({ state: 'detached' });
    expect(dashboard.complaints).toEqual([]);
  });

  it('tell the last errors by their type, over time, with whole messages and their requests', async () => {
    const { tracker, app } = await start({ recordErrorMessages: true });
    const message = `No order ${'0123456789 '.repeat(18)}of this customer.`;
    const fail = (name: string, text: string) =>
      expect(() => tracker.trackAgent('desk', () => tracker.trackTool('look_up', failWith(name, text)))).toThrow();
    for (let time = 0; time < 3; time += 1) fail('OrderNotFoundError', message);
    app.clock.advance(60_000);
    fail('QueryFailedError', 'No connection.');
    const dashboard = await open(app, '#tool=look_up&window=5m');
    await eventually(async () => {
      expect(await dashboard.texts('#errors summary .error-type')).toEqual(['OrderNotFoundError', 'QueryFailedError']);
    });
    expect(await dashboard.texts('#errors summary .number')).toEqual(['3 times', '1 time']);
    const bars = dashboard.find('#errors .failure-bars');
    expect(await bars.first().getAttribute('aria-label')).toBe('3 failures in the last 5m');
    expect(await bars.first().locator('rect:not(.is-empty)').count()).toBe(1);
    await dashboard.find('#errors summary').first().click();
    expect(await dashboard.find('#errors .failure-message').first().innerText()).toBe(message);
    // A newcomer of another type leaves open groups open.
    for (let time = 0; time < 4; time += 1) fail('TimeoutError', 'Too late.');
    await eventually(async () =>
      expect((await dashboard.texts('#errors summary .error-type'))[0]).toBe('TimeoutError'),
    );
    expect(await dashboard.texts('#errors details[open] .error-type')).toEqual(['OrderNotFoundError']);
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    await dashboard.find('#errors details[open] a', 'Open request').first().click();
    await eventually(async () => expect(dashboard.hash.get('request')).not.toBeNull());
    expect(dashboard.hash.get('tool')).toBe('look_up');
  });

  it('tell those of one model alone, and who calls it', async () => {
    const { tracker, app } = await start({ recordErrorMessages: true });
    tracker.trackAgent('desk', () => {
      for (const name of ['busy', 'other']) {
        expect(() => tracker.trackModel(name, failWith('ServerError', `${name} refuses.`))).toThrow();
      }
    });
    const dashboard = await open(app, '#model=busy');
    await eventually(async () => expect(await dashboard.texts('#errors summary .number')).toEqual(['1 time']));
    await dashboard.find('#errors summary').click();
    expect(await dashboard.texts('#errors .failure-message')).toEqual(['busy refuses.']);
    expect(await dashboard.texts('#details .neighbours li')).toEqual([expect.stringContaining('desk')]);
    await dashboard.find('#details .neighbours a').click();
    await eventually(async () => expect(await dashboard.text('#details-title')).toBe('desk'));
    expect(await dashboard.texts('#details .neighbours a')).toEqual(['busy', 'other']);
  });

  it('say that they load, and load even while the page is paused', async () => {
    const { tracker, app } = await start();
    expect(() => tracker.trackTool('broken', failWith('Failure', 'no'))).toThrow();
    tracker.trackTool('whole', () => undefined);
    const dashboard = await open(app, '#tab=tools');
    await dashboard.find('#tables tbody tr').first().waitFor();
    await dashboard.find('#pause').click();
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await dashboard.page.route('**/history?kind=**', async (route) => {
      await held;
      await route.continue();
    });
    await dashboard.find('#tables th a', 'broken').click();
    await eventually(async () => expect(await dashboard.text('#no-errors')).toBe('Loading…'));
    answer();
    await eventually(async () => expect(await dashboard.texts('#errors .error-type')).toEqual(['Failure']));
    await dashboard.find('#tables th a', 'whole').click();
    await eventually(async () => expect(await dashboard.text('#no-errors')).toBe('None in the history.'));
    expect(await dashboard.text('#connection')).toBe('Paused');
  });

  it.each([390, 1280, 2560])('are accessible at %d pixels, light and dark', async (width) => {
    const { tracker, app } = await start({ recordErrorMessages: true });
    expect(() => tracker.trackAgent('desk', failWith('Failure', 'no'))).toThrow();
    app.collector.recordModelCall({ agentId: 'desk', model: 'm', inputTokens: 5 });
    const dashboard = await open(app, '#agent=desk', { viewport: { width, height: 900 } });
    await eventually(async () => expect(await dashboard.texts('#errors .error-type')).toEqual(['Failure']));
    expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(width);
    for (const colorScheme of ['light', 'dark'] as const) {
      await dashboard.page.emulateMedia({ colorScheme });
      expect(await dashboard.accessibilityFaults()).toEqual([]);
    }
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

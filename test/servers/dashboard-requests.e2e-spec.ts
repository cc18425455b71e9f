import { eventually, type DashboardPage } from '../support/dashboard-page';
import { RequestCrew } from '../support/request-crew';

const pricing = { 'gpt-x': { inputPerMillion: 2, outputPerMillion: 10 } };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The text of each row, as it is read out. */
const rowsOf = async (dashboard: DashboardPage) =>
  (await dashboard.find('a.request').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim());
const namesOf = (dashboard: DashboardPage) => dashboard.texts('a.request > .name');
const expectNames = (dashboard: DashboardPage, ...names: string[]) =>
  eventually(async () => expect(await namesOf(dashboard)).toEqual(names));
const choose = (dashboard: DashboardPage, field: string, label: string) =>
  dashboard.find(`#filter-${field}`).selectOption({ label });

/** One fast, one slow, one that fails in a step and one that fails itself. */
async function startMixed(): Promise<RequestCrew> {
  const crew = await RequestCrew.start({ pricing });
  crew.agent('fast', () => crew.tool('cache', 9));
  crew.agent('slow', () => {
    crew.tool('search', 200);
    crew.model('gpt-x', 1_800, { inputTokens: 3_000, outputTokens: 214 }, 300);
  });
  crew.agent('patient', () => {
    crew.failingTool('search', 40);
    crew.failingTool('fetch', 60, new RangeError('far'));
  });
  expect(() =>
    crew.tracker.trackAgent('broken', () => {
      crew.wait(500);
      throw new SyntaxError('no');
    }),
  ).toThrow('no');
  return crew;
}

describe('The list of requests', () => {
  it('says of each what the server says', async () => {
    const crew = await startMixed();
    const dashboard = await crew.open();
    await expectNames(dashboard, 'broken', 'patient', 'slow', 'fast');
    expect(await rowsOf(dashboard)).toEqual([
      'error 00:00:02 broken 500 ms – no step has been timed 0 steps – tokens – no price SyntaxError',
      'success 00:00:02 patient 100 ms tool slowest step fetch 60.0 ms 2 failed of 2 steps – tokens – no price fetch: RangeError',
      'success 00:00:00 slow 2.00 s model slowest step gpt-x 1.80 s 2 steps 3,214 tokens $0.00814',
      'success 00:00:00 fast 9.00 ms tool slowest step cache 9.00 ms 1 step – tokens – no price',
    ]);
    expect(dashboard.complaints).toEqual([]);
  });

  it('has four lists, which are links', async () => {
    const crew = await startMixed();
    crew.tracker.start({ kind: 'agent', id: 'busy' });
    const dashboard = await crew.open();
    await expectNames(dashboard, 'broken', 'patient', 'slow', 'fast');
    expect(await dashboard.texts('#requests nav a')).toEqual(['Recent', 'Slowest', 'Failed', 'Running 1']);
    await dashboard.find('#requests nav a', 'Slowest').click();
    await expectNames(dashboard, 'slow', 'broken', 'patient', 'fast');
    expect(await dashboard.text('#requests nav [aria-current]')).toBe('Slowest');
    expect(dashboard.hash.get('list')).toBe('slowest');
    await dashboard.find('#requests nav a', 'Failed').click();
    await expectNames(dashboard, 'broken', 'patient');
    await dashboard.find('#requests nav a', 'Running').click();
    await expectNames(dashboard, 'busy');
    await dashboard.page.goBack();
    await expectNames(dashboard, 'broken', 'patient');
  });

  it('has all bars on one scale, on which 9 ms do not look like 2 s', async () => {
    const dashboard = await (await startMixed()).open();
    await expectNames(dashboard, 'broken', 'patient', 'slow', 'fast');
    const widths = await dashboard.evaluate<number[]>(
      "[...document.querySelectorAll('a.request .bar:first-of-type, a.request .bar-whole + .bar')].map((bar) => bar.getBoundingClientRect().width)",
    );
    const [broken, patient, slow, fast] = widths;
    expect(broken! / slow!).toBeCloseTo(0.25, 2);
    expect(patient! / slow!).toBeCloseTo(0.05, 2);
    // Two pixels are the least: it has happened, too.
    expect(fast).toBeLessThan(3);
    expect(await dashboard.texts('.bar-scale')).toEqual(['0 2.00 s']);
  });

  it('asks the server for one agent, one tool, one error, a least duration', async () => {
    const dashboard = await (await startMixed()).open();
    await choose(dashboard, 'called', 'search');
    await expectNames(dashboard, 'patient', 'slow');
    await choose(dashboard, 'min', '≥ 1 s');
    await expectNames(dashboard, 'slow');
    expect([dashboard.hash.get('called'), dashboard.hash.get('min')]).toEqual(['search', '1000']);
    await choose(dashboard, 'ran', 'fast');
    await eventually(async () =>
      expect(await dashboard.text('#requests .empty')).toBe('No requests match. Clear the filters'),
    );
    await dashboard.find('#requests .empty a').click();
    await expectNames(dashboard, 'broken', 'patient', 'slow', 'fast');
    await choose(dashboard, 'error', 'RangeError');
    await expectNames(dashboard, 'patient');
    await dashboard.page.reload();
    await expectNames(dashboard, 'patient');
    expect(await dashboard.find('#filter-error').inputValue()).toBe('RangeError');
  });

  it('shows the requests of a moment, and says of which', async () => {
    const crew = await RequestCrew.start();
    for (const id of ['before', 'then', 'after']) {
      crew.requests(1, id);
      crew.wait(5 * SECOND);
    }
    const begin = Date.UTC(2025, 0, 1);
    const dashboard = await crew.open(`#span=${begin + 5 * SECOND}-${begin + 10 * SECOND}`);
    await expectNames(dashboard, 'then');
    expect(await dashboard.text('#span')).toContain('00:00:05–00:00:10');
    await dashboard.find('#span').click();
    await expectNames(dashboard, 'after', 'then', 'before');
    expect(await dashboard.find('#span').count()).toBe(0);
  });

  it('does not move while the pointer is on it, and says how many are new', async () => {
    const crew = await RequestCrew.start();
    // A table above that grows would move it away from the pointer.
    for (const id of ['third', 'second', 'first']) crew.requests(1, id);
    const dashboard = await crew.open();
    await expectNames(dashboard, 'first', 'second', 'third');
    const row = dashboard.find('a.request').first();
    await row.hover();
    const href = await row.getAttribute('href');
    crew.requests(12, 'second');
    await eventually(async () => expect(await dashboard.text('#newcomers')).toBe('12 new, show'));
    expect(await namesOf(dashboard)).toEqual(['first', 'second', 'third']);
    expect(await row.getAttribute('href')).toBe(href);
    await dashboard.find('#newcomers').click();
    await eventually(async () => expect((await namesOf(dashboard)).slice(0, 12)).toEqual(new Array(12).fill('second')));
    expect(await dashboard.find('#newcomers').count()).toBe(0);
    crew.requests(1, 'third');
    await dashboard.page.mouse.move(0, 0);
    await eventually(async () => expect((await namesOf(dashboard))[0]).toBe('third'));
  });

  it('leaves a focused row what it is for as long as it is focused: Enter opens the request that was read', async () => {
    const crew = await RequestCrew.start();
    crew.requests(1, 'other');
    crew.requests(1, 'read');
    const dashboard = await crew.open();
    await expectNames(dashboard, 'read', 'other');
    await dashboard.find('a.request').first().focus();
    const id = await dashboard.evaluate<string>('document.activeElement.id');
    for (let turn = 0; turn < 3; turn += 1) {
      crew.requests(20, 'other');
      await eventually(async () => expect(await dashboard.text('#newcomers')).toBe(`${20 * (turn + 1)} new, show`));
      expect(await dashboard.evaluate('document.activeElement.id')).toBe(id);
    }
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => expect(await dashboard.text('#request-title')).toBe('agent read'));
    expect(`request-${dashboard.hash.get('request')}`).toBe(id);
  });

  it('follows what comes where a finger has touched it', async () => {
    const crew = await RequestCrew.start();
    crew.requests(1, 'first');
    const dashboard = await crew.open('#list=recent', { hasTouch: true, viewport: { width: 390, height: 800 } });
    await expectNames(dashboard, 'first');
    await dashboard.find('#requests-title').tap();
    crew.requests(1, 'second');
    await expectNames(dashboard, 'second', 'first');
  });

  it('keeps the element of a row while others come before it', async () => {
    const crew = await RequestCrew.start();
    crew.requests(1, 'first');
    const dashboard = await crew.open();
    await expectNames(dashboard, 'first');
    await dashboard.evaluate("document.querySelector('a.request').seen = true");
    crew.requests(2, 'second');
    await expectNames(dashboard, 'second', 'second', 'first');
    expect(
      await dashboard.evaluate("[...document.querySelectorAll('a.request')].map(({ seen }) => seen === true)"),
    ).toEqual([false, false, true]);
  });

  it('shows fifteen, and as many more as the server keeps', async () => {
    const crew = await RequestCrew.start();
    crew.requests(40, 'desk');
    const dashboard = await crew.open();
    const expectRows = (count: number) =>
      eventually(async () => expect(await dashboard.find('a.request').count()).toBe(count));
    await expectRows(15);
    await dashboard.find('#requests button.more', 'Show 15 more').click();
    await expectRows(30);
    await dashboard.find('#requests button.more', 'Show 10 more').click();
    await expectRows(40);
    expect(await dashboard.find('#requests button.more').count()).toBe(0);
  });

  it('shows a newly chosen list while it is paused, too', async () => {
    const crew = await startMixed();
    const dashboard = await crew.open();
    await expectNames(dashboard, 'broken', 'patient', 'slow', 'fast');
    await dashboard.find('#pause').click();
    await dashboard.find('#requests nav a', 'Failed').click();
    await expectNames(dashboard, 'broken', 'patient');
  });

  it('says "Loading…" while there is no answer, and makes the requests of the last question inert', async () => {
    const crew = await startMixed();
    const dashboard = await crew.open();
    await expectNames(dashboard, 'broken', 'patient', 'slow', 'fast');
    let answer = () => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await dashboard.page.route('**/metrics/requests?view=failed*', async (route) => {
      await asked;
      await route.continue();
    });
    await dashboard.find('#requests nav a', 'Failed').click();
    await eventually(async () => expect(await dashboard.text('#requests .empty')).toBe('Loading…'));
    expect(await dashboard.find('.request-list[inert]').count()).toBe(1);
    answer();
    await expectNames(dashboard, 'broken', 'patient');
    expect(await dashboard.find('.request-list[inert]').count()).toBe(0);
  });

  it('needs nothing of the history of executions', async () => {
    const crew = await startMixed();
    const dashboard = await crew.open();
    await dashboard.page.route('**/metrics/history*', (route) => route.fulfill({ json: { executions: [] } }));
    await dashboard.page.reload();
    await expectNames(dashboard, 'broken', 'patient', 'slow', 'fast');
  });

  it('has the date where it is not today', async () => {
    const crew = await RequestCrew.start();
    crew.requests(1, 'old');
    crew.wait(32 * 3_600 * SECOND);
    crew.requests(1, 'new');
    const dashboard = await crew.open();
    await expectNames(dashboard, 'new', 'old');
    expect(await dashboard.texts('a.request time')).toEqual(['08:00:00', 'Jan 1, 00:00:00']);
  });

  it.each([
    ['recent', 'No request has finished yet.'],
    ['slowest', 'No request has finished in the last hour.'],
    ['failed', 'No request has failed, and no step of one.'],
    ['running', 'No request is running.'],
  ])('says why there is none in %s', async (list, text) => {
    const crew = await RequestCrew.start();
    crew.tool('alone', 10);
    const dashboard = await crew.open(`#list=${list}`);
    await eventually(async () => expect(await dashboard.text('#requests .empty')).toContain(text));
  });

  it('says that the server keeps none', async () => {
    const crew = await RequestCrew.start({ requestHistory: false });
    crew.tracker.start({ kind: 'agent', id: 'busy' });
    const dashboard = await crew.open('#list=running');
    await eventually(async () => {
      expect(await dashboard.text('#requests .empty')).toContain('the option requestHistory is false');
    });
    expect(await dashboard.texts('#running .name')).toEqual(['busy']);
  });
});

describe('The list of running executions', () => {
  it('grows, and says when it takes more than twice what 99 % took', async () => {
    const crew = await RequestCrew.start();
    crew.requests(20, 'desk', SECOND);
    crew.tracker.start({ kind: 'agent', id: 'desk' });
    const dashboard = await crew.open('#list=running');
    const expectRow = (text: string) => eventually(async () => expect((await rowsOf(dashboard))[0]).toContain(text));
    await expectRow('running 00:00:20 desk 0 ms');
    crew.wait(1_500);
    await expectRow('desk 1.50 s');
    expect(await dashboard.find('#requests .tag').count()).toBe(0);
    crew.wait(SECOND);
    await expectRow('desk 2.50 s');
    await expectRow('over 2× p99');
  });

  it('has those outside any request, too', async () => {
    const crew = await RequestCrew.start();
    for (let count = 0; count < 30; count += 1) crew.tracker.start({ kind: 'tool', name: `import ${count}` });
    crew.wait(3 * SECOND);
    const dashboard = await crew.open('#list=running');
    await dashboard.find('#running').waitFor();
    expect((await dashboard.texts('#running li')).slice(0, 2)).toEqual([
      'tool import 0 3.00 s',
      'tool import 1 3.00 s',
    ]);
    expect(await dashboard.find('#running li').count()).toBe(9);
    expect(await dashboard.text('#requests p.more')).toBe('21 more');
  });
});

describe('The list of requests, however it is looked at', () => {
  const HOSTILE = [
    '<img src=x onerror=alert(1)>',
    '\u202Egnirts lives\u202C',
    'שלום עולם',
    '__proto__',
    'W'.repeat(128),
    ' ',
  ];

  async function startHostile(): Promise<RequestCrew> {
    const crew = await RequestCrew.start();
    for (const name of HOSTILE) {
      crew.agent(name, () => crew.failingTool(name, 20, Object.assign(new Error(name), { name })));
      crew.tracker.start({ kind: 'agent', id: name });
    }
    return crew;
  }

  it('fits every width, and shows hostile names as text', async () => {
    const crew = await startHostile();
    const dashboard = await crew.open('#list=failed');
    for (const list of ['failed', 'running']) {
      await dashboard.evaluate(`location.hash = 'list=${list}'`);
      await eventually(async () => {
        expect(await dashboard.find('a.request > .name').allTextContents()).toEqual(HOSTILE.toReversed());
      });
      for (const width of [390, 768, 1_400, 2_560]) {
        await dashboard.page.setViewportSize({ width, height: 900 });
        expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
    }
    expect(await dashboard.find('#requests img').count()).toBe(0);
    expect(dashboard.complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'is accessible, says axe-core, in the %s',
    async (colorScheme) => {
      const crew = await startMixed();
      crew.requests(20, 'desk');
      crew.tracker.start({ kind: 'agent', id: 'fast' });
      crew.tracker.start({ kind: 'tool', name: 'alone' });
      crew.wait(10 * SECOND);
      const begin = Date.UTC(2025, 0, 1);
      const dashboard = await crew.open('', { colorScheme });
      const states = ['list=failed&error=RangeError', 'list=running', `ran=nobody&span=${begin}-${begin + 1}`];
      for (const state of states) {
        await dashboard.evaluate(`location.hash = ${JSON.stringify(state)}`);
        await dashboard.find('.request-list:not([inert])').waitFor({ state: 'attached' });
        expect(await dashboard.accessibilityFaults()).toEqual([]);
      }
    },
    2 * MINUTE,
  );

  it('is drawn in about a frame where two hundred rows are seen', async () => {
    const crew = await RequestCrew.start({ requestHistory: { recent: 200 }, maxSeries: 10_000 });
    for (let agent = 0; agent < 200; agent += 1) crew.requests(1, `agent ${agent}`);
    const dashboard = await crew.open();
    await dashboard.find('a.request').first().waitFor();
    while ((await dashboard.find('#requests button.more').count()) > 0)
      await dashboard.find('#requests button.more').click();
    expect(await dashboard.find('a.request').count()).toBe(200);
    const readTimes = await dashboard.timeViews();
    let times: number[] = [];
    for (let turn = 1; turn <= 7; turn += 1) {
      crew.requests(3, `agent ${turn}`);
      await dashboard.evaluate("document.getElementById('pause').click(), document.getElementById('pause').click()");
      await eventually(async () => {
        times = (await readTimes()).requests ?? [];
        expect(times.length).toBeGreaterThanOrEqual(turn);
      });
    }
    const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
    process.stdout.write(`Frames that draw 200 rows of requests, in ms: ${median.toFixed(1)}\n`);
    expect(median).toBeLessThan(2 * (SECOND / 60));
  });
});

import { ExecutionTracker, MetricsModule, type MetricsRootOptions } from '../../src';
import { DashboardPage, eventually } from '../support/dashboard-page';
import { TestApp } from '../support/test-app';

const SECOND = 1_000;
const SLOT_MS = 5 * SECOND;
const pricing = { 'gpt-x': { inputPerMillion: 10, outputPerMillion: 20 } };
const PLOTS = ['requests', 'durations', 'tokens', 'cost'];

const startApp = (options: MetricsRootOptions = {}) =>
  TestApp.start({ imports: [MetricsModule.forRoot({ pricing, ...options })] });

/** Requests one after the other, each of which takes so long. */
function ask(app: TestApp, agent: string, times: number, durationMs: number, work: () => unknown = () => undefined) {
  const tracker = app.nest.get(ExecutionTracker);
  for (let time = 0; time < times; time += 1) {
    try {
      tracker.trackAgent(agent, () => {
        app.clock.advance(durationMs);
        work();
      });
    } catch {
      // It is counted.
    }
  }
}

const fail = () => {
  throw new TypeError('no');
};

const openPage = async (app: TestApp, hash = '', options = {}) => {
  const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard${hash}`, options);
  await dashboard.find('#plot-requests time-plot canvas').waitFor();
  return dashboard;
};

const plotOf = (dashboard: DashboardPage, id: string) => dashboard.find(`#plot-${id} time-plot`);
const moment = async (dashboard: DashboardPage, id: string) =>
  (await plotOf(dashboard, id).getAttribute('aria-valuetext'))!.replace(/\s+/g, ' ');

/** The place of a slot, counted back from the last one, in pixels of the layer over the plot. */
const placeOf = async (dashboard: DashboardPage, id: string, back: number) => {
  const { width, height } = (await dashboard.find(`#plot-${id} .u-over`).boundingBox())!;
  return { x: ((59.5 - back) / 60) * width, height };
};

const focusPlot = async (dashboard: DashboardPage, id: string) => {
  await dashboard.find(`#plots-window`).click();
  // As a user who comes by keyboard.
  await dashboard.page.keyboard.press('Tab');
  await plotOf(dashboard, id).focus();
};

describe('The plots of the dashboard', () => {
  it('know what happened before the page was opened, in figures and at each moment', async () => {
    const app = await startApp();
    const useTokens = () => app.collector.recordModelCall({ model: 'gpt-x', inputTokens: 1_000, outputTokens: 500 });
    ask(app, 'writer', 24, SECOND, useTokens);
    ask(app, 'writer', 1, SECOND, fail);
    const dashboard = await openPage(app);
    // Of the 25 seconds that there are, not of five minutes.
    expect(await dashboard.text('[data-figure=rate]')).toBe('1/s');
    expect(await dashboard.text('[data-figure=error-rate]')).toBe('4% failed');
    expect(await dashboard.text('[data-figure=p95]')).toMatch(/^(?:9\d\d ms|1 s) p95$/);
    expect(await dashboard.text('[data-figure=token-rate]')).toBe('86,400/min');
    expect(await dashboard.text('[data-figure=cost-rate]')).toBe('$1.15/min');
    expect(await dashboard.find('.change').count()).toBe(0);
    expect(await dashboard.text('#now-total-requests')).toContain('25 1 failed');
    expect(await dashboard.text('#now-tokens')).toContain('36,000 24 model calls');
    expect(await dashboard.text('#now-cost')).toContain('$0.48 all calls priced');
    await focusPlot(dashboard, 'requests');
    // What ended with the first moment of a slot belongs to it.
    await eventually(async () => expect(await moment(dashboard, 'requests')).toBe('00:00:25 1 request, 1 failed'));
    await dashboard.page.keyboard.press('ArrowLeft');
    await eventually(async () => expect(await moment(dashboard, 'requests')).toBe('00:00:20 5 requests, 0 failed'));
    expect(await moment(dashboard, 'tokens')).toBe('00:00:20 gpt-x 90,000');
    expect(await moment(dashboard, 'cost')).toBe('00:00:20 writer $1.20');
    expect(await moment(dashboard, 'durations')).toMatch(/^00:00:20 p99 \S+ m?s p95 \S+ m?s p50 \S+ m?s$/);
    expect(await dashboard.texts('.plots .readout')).toHaveLength(4);
    for (const readout of await dashboard.texts('.plots .readout')) expect(readout).toMatch(/^00:00:20/);
    expect(dashboard.complaints).toEqual([]);
  });

  it('name unknown values instead of showing nothing', async () => {
    const app = await startApp({ recordMemory: false });
    app.collector.recordModelCall({ model: 'free', inputTokens: 5 });
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    await dashboard.find('#plots').waitFor();
    for (const figure of ['p95', 'cost-rate', 'cost', 'cache', 'memory']) {
      expect([figure, await dashboard.text(`[data-figure=${figure}]`)]).toEqual([
        figure,
        figure === 'p95' ? '– p95' : '–',
      ]);
    }
    expect(await dashboard.text('[data-figure=error-rate]')).toBe('– failed');
    expect(await dashboard.text('#now-cost .note')).toBe('1 call not priced (cost is incomplete)');
    expect(await dashboard.text('#plot-requests .empty')).toBe('No request has ended in the last 5m.');
    expect(await dashboard.text('#plot-cost .empty')).toContain('No call is priced.');
    app.collector.recordModelCall({ model: 'gpt-x', inputTokens: 120_000 });
    await eventually(async () => expect(await dashboard.text('[data-figure=cost]')).toBe('$1.20 + 1 unpriced'));
    expect(await dashboard.text('#plot-cost .note')).toBe('1 call not priced (cost is incomplete)');
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  it('are two where no model is called, and say what fills the others', async () => {
    const app = await startApp();
    ask(app, 'writer', 2, SECOND);
    const dashboard = await openPage(app);
    expect(await dashboard.find('.plot').count()).toBe(2);
    expect(await dashboard.text('.plot-footer')).toContain('Tokens and cost appear with the first model call');
  });

  it('name the five models that use most, and all others together', async () => {
    const app = await startApp();
    for (let model = 1; model <= 7; model += 1) {
      app.collector.recordModelCall({ model: `m${model}`, inputTokens: model * 100, costUsd: model });
    }
    const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard`);
    await dashboard.find('#plot-tokens canvas').waitFor();
    expect(await dashboard.texts('#plot-tokens .legend li')).toEqual(['others', 'm7', 'm6', 'm5', 'm4', 'm3']);
    expect(await dashboard.texts('#plot-cost .legend li')).toEqual(['outside agents']);
    const colors = () =>
      dashboard.evaluate<string[]>(
        "[...document.querySelectorAll('#plot-tokens .legend li')].map((item) => item.textContent + item.firstElementChild.className).sort()",
      );
    const before = await colors();
    app.collector.recordModelCall({ model: 'a new one', inputTokens: 10_000 });
    await eventually(async () => expect((await colors()).join()).toContain('a new one'));
    // A model that stays keeps its colour.
    const after = await colors();
    expect(after.filter((item) => before.includes(item))).toHaveLength(5);
  });

  it('lead from a moment to its requests, by keyboard', async () => {
    const app = await startApp();
    ask(app, 'writer', 20, SECOND);
    const dashboard = await openPage(app);
    const now = app.clock.wallTime();
    await focusPlot(dashboard, 'durations');
    for (let step = 0; step < 2; step += 1) await dashboard.page.keyboard.press('ArrowLeft');
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => expect(dashboard.hash.get('list')).toBe('slowest'));
    expect(dashboard.hash.get('span')).toBe(`${now - 2 * SLOT_MS}-${now - SLOT_MS}`);
    await eventually(async () => {
      expect(await dashboard.evaluate('document.activeElement.id')).toBe('requests-title');
    });
    const { y } = (await dashboard.find('#requests').boundingBox())!;
    expect(y).toBeLessThan(200);
  });

  it('choose a range by keyboard, which stays in the address until it is let go', async () => {
    const app = await startApp();
    ask(app, 'writer', 20, SECOND);
    const dashboard = await openPage(app);
    const now = app.clock.wallTime();
    await focusPlot(dashboard, 'requests');
    await dashboard.page.keyboard.press('ArrowLeft');
    await dashboard.page.keyboard.down('Shift');
    for (let step = 0; step < 2; step += 1) await dashboard.page.keyboard.press('ArrowLeft');
    await eventually(async () => expect(await moment(dashboard, 'requests')).toMatch(/, 3 selected$/));
    expect(dashboard.hash.get('span')).toBeNull();
    await dashboard.page.keyboard.up('Shift');
    await eventually(async () => expect(dashboard.hash.get('span')).toBe(`${now - 3 * SLOT_MS}-${now}`));
    expect(await dashboard.text('#plots-span')).toBe('00:00:05–00:00:20 Show all of 5m');
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    await dashboard.find('#plots-span a').click();
    await eventually(async () => expect(dashboard.hash.get('span')).toBeNull());
    expect(await dashboard.find('#plots-span').count()).toBe(0);
  });

  it('choose a range by dragging, with a mouse and with a finger', async () => {
    const app = await startApp();
    ask(app, 'writer', 60, SECOND);
    const now = app.clock.wallTime();
    const dashboard = await openPage(app, '', { hasTouch: true });
    const over = dashboard.find('#plot-requests .u-over');
    const box = (await over.boundingBox())!;
    const at = async (back: number) => box.x + (await placeOf(dashboard, 'requests', back)).x;
    const { mouse } = dashboard.page;
    await mouse.move(await at(9), box.y + 20);
    await mouse.down();
    await mouse.move(await at(6), box.y + 40, { steps: 4 });
    await mouse.up();
    const span = (first: number, last: number) => `${now - first * SLOT_MS}-${now - (last - 1) * SLOT_MS}`;
    await eventually(async () => expect(dashboard.hash.get('span')).toBe(span(9, 6)));
    const session = await dashboard.page.context().newCDPSession(dashboard.page);
    const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', back?: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: back === undefined ? [] : [{ x: await at(back), y: box.y + 30 }],
      });
    await touch('touchStart', 12);
    for (const back of [11, 9, 7, 3]) await touch('touchMove', back);
    await touch('touchEnd');
    await eventually(async () => expect(dashboard.hash.get('span')).toBe(span(12, 3)));
    expect(dashboard.hash.get('list')).toBeNull();
  });

  it('lead to the failed requests of a moment from their bar, and to all from the one above', async () => {
    const app = await startApp();
    const start = app.clock.wallTime();
    ask(app, 'writer', 1, SECOND, fail);
    ask(app, 'writer', 3, 100);
    const dashboard = await openPage(app);
    const over = dashboard.find('#plot-requests .u-over');
    const { x, height } = await placeOf(dashboard, 'requests', 0);
    await over.click({ position: { x, y: height - 4 } });
    await eventually(async () => expect(dashboard.hash.get('list')).toBe('failed'));
    expect(dashboard.hash.get('span')).toBe(`${start}-${start + SLOT_MS}`);
    await over.click({ position: { x, y: height / 2 } });
    await eventually(async () => expect(dashboard.hash.get('list')).toBeNull());
  });

  it('take the window from the data, also while paused', async () => {
    const app = await startApp();
    ask(app, 'writer', 20, SECOND);
    const dashboard = await openPage(app);
    await dashboard.find('#pause').click();
    await eventually(async () => expect(await dashboard.text('#connection')).toBe('Paused'));
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      void dashboard.page.route('**/trends?window=1h', async (route) => {
        resolve();
        await new Promise<void>((go) => (answer = go));
        await route.continue();
      });
    });
    await dashboard.find('.top-bar nav a', /^1h$/).click();
    await eventually(async () => expect(await dashboard.text('#plots-window')).toBe('Loading 1h…'));
    expect(await dashboard.text('#plot-requests .scope')).toBe('by outcome, per 5 s');
    await asked;
    answer();
    await eventually(async () => expect(await dashboard.text('#plots-window')).toBe('Last 1h'));
    expect(await dashboard.text('#plot-requests .scope')).toBe('by outcome, per 1 m 0 s');
    expect(await dashboard.text('#connection')).toBe('Paused');
  });

  it('mark when the process has started', async () => {
    const app = await startApp();
    ask(app, 'writer', 2, SECOND);
    const dashboard = await openPage(app);
    expect(await dashboard.texts('.start-mark')).toEqual(['Started 00:00:00']);
    app.clock.advance(10 * SECOND);
    app.collector.reset();
    app.clock.advance(10 * SECOND);
    ask(app, 'writer', 2, SECOND);
    await eventually(async () => {
      expect(await dashboard.texts('.start-mark')).toEqual(['Started 00:00:00', 'Restarted 00:00:12']);
    });
    expect(await dashboard.texts('#verdict li')).toContainEqual('Restarted at 00:00:12: figures begin there');
  });

  it('tell screen readers the highest and the last value of each line', async () => {
    const app = await startApp();
    ask(app, 'writer', 3, SECOND);
    app.clock.advance(5 * SECOND);
    ask(app, 'writer', 1, SECOND, fail);
    const dashboard = await openPage(app);
    expect((await dashboard.find('#plot-requests-summary').textContent())!.replace(/\s+/g, ' ').trim()).toBe(
      'not failed: at most 3 at 00:00:00, last 3. failed: at most 1 at 00:00:05, last 1.',
    );
    for (const id of PLOTS.slice(0, 2)) {
      expect(await plotOf(dashboard, id).getAttribute('role')).toBe('slider');
      expect(await plotOf(dashboard, id).getAttribute('aria-describedby')).toBe(`plot-${id}-summary`);
    }
    expect(await dashboard.accessibleNames('slider')).toEqual(['Requests by outcome, per 5 s', 'Duration of requests']);
  });

  it.each(['light', 'dark'] as const)(
    'have no fault for axe, with the crosshair and a range, in the %s',
    async (colorScheme) => {
      const app = await startApp();
      const useTokens = () => app.collector.recordModelCall({ model: 'gpt-x', inputTokens: 1_000 });
      ask(app, 'writer', 20, SECOND, useTokens);
      const now = app.clock.wallTime();
      const dashboard = await openPage(app, `#span=${now - SLOT_MS}-${now}`, { colorScheme });
      await dashboard.find('#plot-requests .u-over').hover();
      expect(await dashboard.accessibilityFaults()).toEqual([]);
      expect(dashboard.complaints).toEqual([]);
    },
  );
});

import { ExecutionTracker, MetricsModule, type MetricsRootOptions } from '../../src';
import { DashboardPage, eventually } from '../support/dashboard-page';
import { TestApp } from '../support/test-app';

const SECOND = 1_000;

const startApp = (options: MetricsRootOptions = {}) => TestApp.start({ imports: [MetricsModule.forRoot(options)] });

const fail = (app: TestApp, tool: string, times: number) => {
  const { collector, clock } = app;
  for (let time = 0; time < times; time += 1) {
    collector.recordToolExecution({ toolName: tool, durationMs: 10, status: 'error', errorType: 'TypeError' });
    clock.advance(10);
  }
};

const openPage = async (app: TestApp, hash = '', options = {}) => {
  const dashboard = await DashboardPage.open(`${app.url}/metrics/dashboard${hash}`, options);
  await dashboard.find('#verdict li').first().waitFor();
  return dashboard;
};

describe('The verdict on the dashboard', () => {
  it('says that all is well, or that nothing has ended', async () => {
    const app = await startApp();
    app.collector.recordAgentExecution({ agentId: 'writer', durationMs: 10, status: 'success' });
    const dashboard = await openPage(app);
    expect(await dashboard.texts('#verdict li')).toEqual(['No agent needs attention.']);
    app.clock.advance(10 * 60 * SECOND);
    await eventually(async () => {
      expect(await dashboard.texts('#verdict li')).toEqual(['Nothing has ended in the last 5m.']);
    });
    expect(dashboard.complaints).toEqual([]);
  });

  it('leads to the failed requests of what fails', async () => {
    const app = await startApp();
    fail(app, 'look_up_order', 12);
    const dashboard = await openPage(app, '#list=running&min=2000');
    expect(await dashboard.texts('#verdict li')).toEqual([
      'tool look_up_order fails 100% since 00:00:00 (TypeError ×12)',
    ]);
    await dashboard.find('#verdict a').focus();
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => {
      expect(Object.fromEntries(dashboard.hash)).toEqual({ list: 'failed', called: 'look_up_order' });
      expect(await dashboard.evaluate('document.activeElement.id')).toBe('requests-title');
    });
  });

  it('opens the request that hangs', async () => {
    const app = await startApp();
    const tracker = app.nest.get(ExecutionTracker);
    tracker.trackAgent('coder', () => app.clock.advance(SECOND));
    const stuck = tracker.start({ kind: 'agent', id: 'coder' });
    app.clock.advance(30 * SECOND);
    const dashboard = await openPage(app);
    expect(await dashboard.texts('#verdict li')).toEqual([
      expect.stringMatching(/^agent coder has run for 30 s, over 2× its p99 \(/),
    ]);
    await dashboard.find('#verdict a').click();
    await eventually(async () => expect(dashboard.hash.get('request')).toBe(stuck.id));
    expect(dashboard.hash.get('list')).toBe('running');
  });

  it('says five things at most, and how many more there are', async () => {
    const app = await startApp();
    for (let tool = 1; tool <= 8; tool += 1) fail(app, `tool ${tool}`, 10 + tool);
    const dashboard = await openPage(app);
    const said = await dashboard.texts('#verdict li');
    expect(said).toHaveLength(6);
    expect(said.slice(0, 5).map((sentence) => sentence.slice(0, 11))).toEqual(
      [8, 7, 6, 5, 4].map((tool) => `tool tool ${tool}`),
    );
    expect(said[5]).toBe('and 3 more');
    await dashboard.find('#verdict a', 'and 3 more').click();
    await eventually(async () => expect(dashboard.hash.get('agents')).toBe('-errors'));
  });

  it.each(['light', 'dark'] as const)('shows names as the text that they are, in the %s', async (colorScheme) => {
    const app = await startApp();
    const names = ['<img src=x onerror=alert(1)>', '\u202Egnirts lives\u202C', 'W'.repeat(128), '__proto__'];
    for (const name of names) fail(app, name, 12);
    for (const width of [390, 1_400]) {
      const dashboard = await openPage(app, '', { colorScheme, viewport: { width, height: 800 } });
      expect((await dashboard.find('#verdict .name').allTextContents()).sort()).toEqual(names.toSorted());
      expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await dashboard.accessibilityFaults()).toEqual([]);
      expect(dashboard.complaints).toEqual([]);
    }
  });
});

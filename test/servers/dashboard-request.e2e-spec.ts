import { eventually, type DashboardPage } from '../support/dashboard-page';
import { RequestCrew } from '../support/request-crew';

const pricing = { 'gpt-x': { inputPerMillion: 2, outputPerMillion: 10 } };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const MESSAGE = 'The warehouse does not answer: '.padEnd(250, 'x');

/** Label and value of each fact. */
const factsOf = async (dashboard: DashboardPage, within = '#request > .facts') => {
  const [labels, values] = [await dashboard.texts(`${within} dt`), await dashboard.texts(`${within} dd`)];
  return Object.fromEntries(labels.map((label, index) => [label, values[index]]));
};
/** The visible text of each step, by its level. */
const stepsOf = async (dashboard: DashboardPage) => {
  const levels = await dashboard.evaluate<string[]>(
    "[...document.querySelectorAll('[role=treeitem]')].map(({ ariaLevel }) => ariaLevel)",
  );
  const names = await dashboard.texts('[role=treeitem] .step-name');
  return names.map((name, index) => `${levels[index]} ${name}`);
};
const expectSteps = (dashboard: DashboardPage, ...steps: string[]) =>
  eventually(async () => expect(await stepsOf(dashboard)).toEqual(steps));
const focused = (dashboard: DashboardPage) => dashboard.text('[role=treeitem]:focus .step-line');
const hashTo = (dashboard: DashboardPage, hash: string) =>
  dashboard.evaluate(`location.hash = ${JSON.stringify(hash)}`);

/** 4 s: searches of which one fails, a priced and an unpriced model call, and a second of its own. */
function support(crew: RequestCrew): string {
  return crew.agent('desk', () => {
    crew.wait(SECOND);
    crew.tool('search', 200);
    crew.failingTool('search', 300, new RangeError(MESSAGE));
    crew.tool('search', 500);
    crew.agent('writer', () => {
      crew.model('gpt-x', 1_500, { inputTokens: 3_000, outputTokens: 200, reasoningTokens: 50 }, 600);
      crew.model('free', 500, { inputTokens: 10, outputTokens: 4 });
    });
  });
}
const start = () => RequestCrew.start({ pricing, recordErrorMessages: true });

describe('A request that is open', () => {
  it('says all that is known of it', async () => {
    const crew = await start();
    const id = support(crew);
    const dashboard = await crew.open(`#request=${id}`);
    await dashboard.find('#request .facts').first().waitFor();
    expect(await dashboard.text('#request-title')).toBe('agent desk');
    expect(await factsOf(dashboard)).toEqual({
      Status: 'success success',
      Began: 'Jan 1, 00:00:00',
      Took: '4 s',
      Steps: '6 · 1 failed',
      Tokens: '3,214',
      Cost: '$0.008 1 of 2 calls not priced',
      Retries: '0',
      'Request id': `${id} Copy the request id`,
    });
    expect(await dashboard.text('#shares')).toBe('model 50% · tool 25% · own 25%');
    expect(dashboard.complaints).toEqual([]);
  });

  it('opens from its row with the focus on its title, and goes back to the row', async () => {
    const crew = await start();
    const id = support(crew);
    const dashboard = await crew.open();
    await dashboard.find('a.request').focus();
    await dashboard.page.keyboard.press('Enter');
    await dashboard.find('#request .facts').first().waitFor();
    expect(await dashboard.evaluate('document.activeElement.id')).toBe('request-title');
    expect(await dashboard.find('a.request').getAttribute('aria-current')).toBe('true');
    expect(await dashboard.text('a.request .took')).toBe('4.00 s');
    await dashboard.page.keyboard.press('Escape');
    await dashboard.find('#request').waitFor({ state: 'detached' });
    expect(await dashboard.evaluate('document.activeElement.id')).toBe(`request-${id}`);
    expect([dashboard.hash.has('request'), dashboard.hash.has('step')]).toEqual([false, false]);
  });

  it('stays as it is, whatever comes, whatever list is chosen, and when the server has forgotten it', async () => {
    const crew = await start();
    const id = support(crew);
    const dashboard = await crew.open(`#request=${id}`);
    await dashboard.find('#request .step').first().waitFor();
    const before = await dashboard.text('#request');
    crew.requests(300, 'other', 5 * SECOND);
    await dashboard.find('#requests nav a', 'Slowest').click();
    await eventually(async () => expect(await dashboard.text('.bar-scale')).toBe('0 5.00 s'));
    expect(await dashboard.text('#request')).toBe(before);
    crew.wait(3_600 * SECOND);
    crew.requests(60, 'broken', 1);
    for (let failed = 0; failed < 60; failed += 1) crew.agent('broken', () => crew.failingTool('search'));
    expect((await crew.app.json(`/metrics/requests/${id}`)).status).toBe(404);
    expect(await dashboard.text('#request')).toBe(before);
    // A user who opens the link now is told.
    await dashboard.page.reload();
    await eventually(async () => {
      expect(await dashboard.text('#request .gone')).toBe(
        'The server no longer keeps this request: it keeps the most recent ones, the slowest of the last hour and the last that failed.',
      );
    });
    expect(await dashboard.text('#request-title')).toBe(`Request ${id}`);
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  it('grows while it runs, and settles', async () => {
    const crew = await start();
    const desk = crew.tracker.start({ kind: 'agent', id: 'desk' });
    desk.run(() => crew.tool('search', 400));
    const model = crew.tracker.start({ kind: 'model', name: 'gpt-x', parent: desk });
    crew.wait(600);
    const dashboard = await crew.open(`#list=running&request=${desk.id}`);
    await expectSteps(dashboard, '1 agent desk', '2 tool search', '2 model gpt-x');
    expect(await factsOf(dashboard)).toMatchObject({ Status: 'running running', 'Running for': '1 s', Steps: '2' });
    expect(await dashboard.find('.step-bar .bar-ahead').count()).toBe(2);
    expect(await dashboard.text('#shares')).toBe('model 60% · tool 40%');
    crew.wait(SECOND);
    model.usage({ inputTokens: 1_000, outputTokens: 10 });
    model.end();
    crew.tracker.start({ kind: 'tool', name: 'fetch', parent: desk });
    await expectSteps(dashboard, '1 agent desk', '2 tool search', '2 model gpt-x', '2 tool fetch');
    expect((await factsOf(dashboard)).Tokens).toBe('1,010 so far');
    desk.end();
    await eventually(async () => expect((await factsOf(dashboard)).Took).toBe('2 s'));
    await eventually(async () => expect(await dashboard.text('#requests .empty')).toBe('No request is running.'));
  });

  it('copies itself as the server told it, and its id, also if the browser does not allow to copy', async () => {
    const crew = await start();
    const id = support(crew);
    const dashboard = await crew.open(`#request=${id}`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await dashboard.find('button.copy', 'Copy as JSON').click();
    await dashboard.find('button.copy', 'Copied').waitFor();
    const copied = await dashboard.evaluate<string>('navigator.clipboard.readText()');
    expect(JSON.parse(copied)).toEqual((await crew.app.json(`/metrics/requests/${id}`)).body);
    await dashboard.find('#request .facts button.copy').click();
    await eventually(async () => expect(await dashboard.evaluate('navigator.clipboard.readText()')).toBe(id));
    await dashboard.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await dashboard.find('button.copy', 'Copy as JSON').click();
    await eventually(async () => expect(await dashboard.find('#copy-text').inputValue()).toBe(copied));
    await dashboard.find('.by-hand button').click();
    await dashboard.find('#copy-text').waitFor({ state: 'detached' });
  });

  it('links its trace if the application has set a URL, and says how many steps are not kept', async () => {
    const crew = await RequestCrew.start({
      endpoint: { dashboard: { traceUrl: 'https://traces.example/t/{traceId}?x' } },
    });
    const id = support(crew);
    const dashboard = await crew.open();
    await dashboard.page.route('**/metrics/requests/*', async (route) => {
      const json = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...json, trace_id: '4bf9/2f', truncated: true, steps: 2_001 } });
    });
    await hashTo(dashboard, `request=${id}`);
    await dashboard.find('#request .trace').waitFor();
    expect(await dashboard.find('#request .trace').getAttribute('href')).toBe('https://traces.example/t/4bf9%2F2f?x');
    expect(await dashboard.text('#request > .note')).toContain('here are 6 of 2,001');
    await dashboard.evaluate('delete document.documentElement.dataset.traceUrl');
    await hashTo(dashboard, '');
    await hashTo(dashboard, `request=${id}`);
    await eventually(async () => expect((await factsOf(dashboard)).Trace).toBe('4bf9/2f'));
    expect(await dashboard.find('#request .trace').count()).toBe(0);
  });
});

describe('The waterfall of a request', () => {
  it('is a tree in which repeated calls are one row, with their critical path, first tokens and own time', async () => {
    const crew = await start();
    const dashboard = await crew.open(`#request=${support(crew)}`);
    await expectSteps(
      dashboard,
      '1 agent desk',
      '2 tool search ×3, 1 failed',
      '2 agent writer',
      '3 model gpt-x',
      '3 model free',
    );
    const names = await dashboard.accessibleNames('treeitem');
    expect(names.map((name) => name.replace(/\s+/g, ' '))).toEqual([
      'agent desk own time 1 s, on the critical path success 4.00 s',
      'tool search ×3, 1 failed on the critical path error 1.00 s',
      'agent writer on the critical path success 2.00 s',
      'model gpt-x on the critical path success 1.50 s first token 600 ms',
      'model free on the critical path success 500 ms',
    ]);
    expect(await dashboard.find('.gap-label').allTextContents()).toEqual(['own time 1 s']);
    expect(await dashboard.find('.first-token').count()).toBe(1);
    expect(await dashboard.find('.bar.is-critical').count()).toBe(4);
    expect(await dashboard.find('.step-bar .bar-failed').count()).toBe(1);
    expect(await dashboard.texts('.scale-times span')).toEqual(['0 s', '1 s', '2 s', '3 s', '4 s']);
  });

  it('folds and unfolds by keys and by click', async () => {
    const crew = await start();
    const dashboard = await crew.open(`#request=${support(crew)}`);
    const open = ['1 agent desk', '2 tool search ×3, 1 failed', '2 agent writer', '3 model gpt-x', '3 model free'];
    await expectSteps(dashboard, ...open);
    const press = (...keys: string[]) =>
      keys.reduce((last, key) => last.then(() => dashboard.page.keyboard.press(key)), Promise.resolve());
    await dashboard.find('[role=treeitem]').first().focus();
    await press('ArrowDown', 'ArrowRight');
    const searches = ['3 tool search', '3 tool search', '3 tool search'];
    await expectSteps(dashboard, ...open.slice(0, 2), ...searches, ...open.slice(2));
    await press('ArrowRight', 'ArrowDown');
    expect(await focused(dashboard)).toContain(
      'tool search on the critical path error 300 ms RangeError: The warehouse',
    );
    await press('ArrowLeft', 'ArrowLeft');
    expect(await focused(dashboard)).toContain('tool search ×3');
    await expectSteps(dashboard, ...open);
    await press('End');
    expect(await focused(dashboard)).toContain('model free');
    await press('ArrowLeft', 'ArrowLeft', 'Home');
    expect(await focused(dashboard)).toContain('agent desk');
    await expectSteps(dashboard, ...open.slice(0, 3));
    await dashboard.find('[role=treeitem] .twist.is-open').click();
    await expectSteps(dashboard, open[0]!);
    // One row is in the order of the tabulator, whatever is folded.
    expect(await dashboard.find('[role=treeitem][tabindex="0"]').count()).toBe(1);
  });

  it('opens a step: its whole error, its tokens, and links to what it is of', async () => {
    const crew = await start();
    const id = support(crew);
    const dashboard = await crew.open(`#request=${id}`);
    await dashboard.find('[role=treeitem]', 'gpt-x').click();
    await dashboard.find('.step-details').waitFor();
    expect(await factsOf(dashboard, '.step-details')).toEqual({
      Model: 'gpt-x',
      'Called by': 'writer',
      Began: '2 s into the request',
      Took: '1.5 s',
      'First token': '600 ms',
      'Input tokens': '3,000',
      'Output tokens': '200',
      'of them reasoning': '50',
      Cost: '$0.008 estimated',
    });
    await dashboard.find('[role=treeitem]', '×3').click();
    await dashboard.find('[role=treeitem]', 'RangeError').click();
    await eventually(async () => expect(await dashboard.text('.step-error-type')).toBe('RangeError'));
    expect(await dashboard.text('.step-message')).toBe(MESSAGE);
    expect(await dashboard.find('.step-details').count()).toBe(1);
    const step = dashboard.hash.get('step');
    // A shared link unfolds the way to its step.
    const colleague = await crew.open(`#request=${id}&step=${step}`);
    await eventually(async () => expect(await colleague.text('.step-message')).toBe(MESSAGE));
    await colleague.find('.step-details a', 'search').click();
    await eventually(async () => expect(colleague.hash.get('tool')).toBe('search'));
    expect(colleague.hash.get('request')).toBe(id);
  });

  /** 511 steps: ten agents one after the other, with fifty calls each. */
  function large(crew: RequestCrew): string {
    return crew.agent('desk', () => {
      for (let agent = 0; agent < 10; agent += 1) {
        crew.agent(`agent ${agent}`, () => {
          for (let call = 0; call < 49; call += 1) crew.tool(`tool ${call}`, 2);
          crew.failingTool(`broken ${agent}`, 2);
          crew.wait(900);
        });
      }
    });
  }

  it('is readable with five hundred steps, and shows a part of them near', async () => {
    const crew = await start();
    const dashboard = await crew.open(`#request=${large(crew)}`);
    await dashboard.find('.overview').waitFor();
    const steps = await stepsOf(dashboard);
    expect(steps.length).toBeLessThanOrEqual(40);
    expect(steps.slice(0, 4)).toEqual(['1 agent desk', '2 agent agent 0', '3 49 short steps', '3 tool broken 0']);
    const times = () => dashboard.texts('.scale-times span');
    expect(await times()).toEqual(['0 s', '2 s', '4 s', '6 s', '8 s', '10 s']);
    const map = (await dashboard.find('.overview-map').boundingBox())!;
    const at = (share: number): [number, number] => [map.x + map.width * share, map.y + map.height / 2];
    await dashboard.page.mouse.move(...at(0.49));
    await dashboard.page.mouse.down();
    await dashboard.page.mouse.move(...at(0.61));
    await dashboard.page.mouse.up();
    await eventually(async () => expect(await times()).toEqual(['5 s', '5.5 s', '6 s']));
    await dashboard.page.mouse.click(...at(0.15));
    await eventually(async () => expect(await times()).toEqual(['1 s', '1.5 s', '2 s']));
    await dashboard.find('.overview button', 'Whole request').focus();
    await dashboard.page.keyboard.press('Enter');
    await eventually(async () => expect((await times()).at(-1)).toBe('10 s'));
    await dashboard.find('.overview [aria-label="Zoom in"]').click();
    await eventually(async () => expect((await times())[0]).toBe('3 s'));
    expect(dashboard.complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'fits every width and is accessible, says axe-core, in the %s',
    async (colorScheme) => {
      const crew = await start();
      const id = colorScheme === 'light' ? large(crew) : support(crew);
      const dashboard = await crew.open(`#request=${id}`, { colorScheme });
      await dashboard
        .find('.step', colorScheme === 'light' ? 'broken' : 'gpt-x')
        .first()
        .click();
      await dashboard.find('.step-details').waitFor();
      for (const width of [390, 768, 1_400, 2_560]) {
        await dashboard.page.setViewportSize({ width, height: 900 });
        expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(width);
        if (width === 390 || width === 1_400) expect(await dashboard.accessibilityFaults()).toEqual([]);
      }
    },
    2 * MINUTE,
  );
});

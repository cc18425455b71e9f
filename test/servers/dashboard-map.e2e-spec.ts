import { ExecutionTracker, MetricsModule, type MetricsRootOptions } from '../../src';
import { DashboardPage, eventually } from '../support/dashboard-page';
import { TestApp } from '../support/test-app';

const start = async (options: MetricsRootOptions = {}) => {
  const app = await TestApp.start({ imports: [MetricsModule.forRoot(options)] });
  return new Crew(app, app.nest.get(ExecutionTracker));
};

/** Agents that do as they are told, on a clock that only their work advances. */
class Crew {
  constructor(
    readonly app: TestApp,
    readonly tracker: ExecutionTracker,
  ) {}

  open(hash = '', options = {}): Promise<DashboardPage> {
    return DashboardPage.open(`${this.app.url}/metrics/dashboard${hash}`, options);
  }

  /** An agent that calls others, and tools and models. */
  agent(name: string, within: () => void = () => undefined): void {
    this.tracker.trackAgent(name, () => {
      this.app.clock.advance(1);
      within();
    });
  }

  tool(name: string, failure?: string): void {
    const handle = this.tracker.start({ kind: 'tool', name });
    this.app.clock.advance(1);
    handle.end(failure === undefined ? {} : { error: Object.assign(new Error('no'), { name: failure }) });
  }

  model(name: string, costUsd?: number): void {
    const handle = this.tracker.start({ kind: 'model', name });
    this.app.clock.advance(1);
    handle.usage({ inputTokens: 10, ...(costUsd === undefined ? {} : { costUsd }) });
    handle.end();
  }
}

/** The name and the place of each node. */
const places = (dashboard: DashboardPage) =>
  dashboard.evaluate<Record<string, string>>(
    "Object.fromEntries([...document.querySelectorAll('#map .node')].map((node) => [node.dataset.node, node.style.translate]))",
  );
const nodes = async (dashboard: DashboardPage) => Object.keys(await places(dashboard));
const expectNodes = (dashboard: DashboardPage, ...names: string[]) =>
  eventually(async () => expect((await nodes(dashboard)).sort()).toEqual(names.sort()));
const node = (dashboard: DashboardPage, name: string) => dashboard.find(`#map .node[data-node="${name}"]`);
const looks = async (dashboard: DashboardPage, name: string) =>
  /severity-\w+|shade-\d/.exec((await node(dashboard, name).getAttribute('class'))!)?.[0];
const edgeLooks = (dashboard: DashboardPage) =>
  dashboard.evaluate<string[]>(
    "[...document.querySelectorAll('#map .edge')].map((edge) => /severity-\\w+|shade-\\d/.exec(edge.getAttribute('class'))[0]).sort()",
  );
const dimmed = (dashboard: DashboardPage) =>
  dashboard.evaluate<string[]>("[...document.querySelectorAll('#map .node.is-dim')].map((node) => node.dataset.node)");

describe('The map of the dashboard', () => {
  const TEAM = ['anna', 'bert', 'carl', 'dora'];

  it('has lanes of agents, of those that they call, of tools and models, each by name', async () => {
    const crew = await start();
    crew.agent('desk', () => {
      for (const name of ['writer', 'coder']) crew.agent(name, () => crew.model('m'));
      crew.tool('search');
      crew.tool('fetch');
    });
    const dashboard = await crew.open('', { viewport: { width: 1400, height: 900 } });
    await expectNodes(dashboard, 'coder', 'desk', 'fetch', 'm', 'search', 'writer');
    expect(await dashboard.texts('#map .lane-head')).toEqual(['Agents 1', 'Called agents 2', 'Tools 2', 'Models 1']);
    const at = await places(dashboard);
    const [x, y] = [(name: string) => parseFloat(at[name]!), (name: string) => parseFloat(at[name]!.split(' ')[1]!)];
    expect(['desk', 'coder', 'fetch', 'm'].map(x)).toEqual(['desk', 'writer', 'search', 'm'].map(x));
    expect(['desk', 'coder', 'fetch', 'm'].map(x)).toEqual(
      ['desk', 'coder', 'fetch', 'm'].map(x).toSorted((a, b) => a - b),
    );
    expect([y('coder') < y('writer'), y('fetch') < y('search')]).toEqual([true, true]);
    expect(await dashboard.find('#map .edge').count()).toBe(2 + 2 + 2);
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });

  it('moves nothing while the same work goes on in another order, and of others only those behind a newcomer', async () => {
    const crew = await start();
    const work = (names: readonly string[]) =>
      crew.agent('desk', () => {
        for (const name of names)
          crew.agent(name, () => [crew.tool(`tool of ${name}`), crew.model(`model of ${name}`)]);
      });
    work(TEAM);
    const dashboard = await crew.open();
    await expectNodes(dashboard, 'desk', ...TEAM, ...TEAM.flatMap((name) => [`tool of ${name}`, `model of ${name}`]));
    const before = await places(dashboard);
    for (let round = 1; round <= 4; round += 1) {
      work(TEAM.toReversed().slice(round % 3));
      crew.tool('tool of bert', 'Failure');
      const calls = String(1 + round);
      await eventually(async () => expect(await node(dashboard, 'desk').innerText()).toContain(`of ${calls}`));
      expect(await places(dashboard)).toEqual(before);
    }
    work(['caesar']);
    await eventually(async () => expect(await nodes(dashboard)).toContain('model of caesar'));
    const after = await places(dashboard);
    const moved = Object.keys(before).filter((name) => before[name] !== after[name]);
    expect(moved.sort()).toEqual(['carl', 'dora', 'model of carl', 'model of dora', 'tool of carl', 'tool of dora']);
  });

  it('colours an edge as the node that it leads to, in the window', async () => {
    const crew = await start();
    const use = (failures: number) =>
      crew.agent('desk', () => {
        for (let call = 0; call < 20; call += 1) crew.tool('search', call < failures ? 'Failure' : undefined);
        crew.tool('fetch');
      });
    use(2);
    const dashboard = await crew.open();
    await eventually(async () => expect(await node(dashboard, 'search').innerText()).toContain('10.0% of 20'));
    expect(await looks(dashboard, 'search')).toBe('severity-bad');
    expect(await edgeLooks(dashboard)).toEqual(['severity-bad', 'severity-ok']);
    for (let time = 0; time < 5; time += 1) use(0);
    await eventually(async () => expect(await node(dashboard, 'search').innerText()).toContain('1.7% of 120'));
    expect(await looks(dashboard, 'search')).toBe('severity-warn');
    expect(await edgeLooks(dashboard)).toEqual(['severity-ok', 'severity-warn']);
    // The history still has the failures, the window has nothing.
    crew.app.clock.advance(600_000);
    await eventually(async () => expect(await node(dashboard, 'search').innerText()).toContain('idle'));
    expect(await edgeLooks(dashboard)).toEqual(['severity-ok', 'severity-ok']);
  });

  it('tells errors, durations, cost or rate, as the address says', async () => {
    const crew = await start();
    crew.agent('desk', () => {
      crew.model('dear', 3);
      crew.model('cheap', 0.01);
      crew.tool('search');
    });
    crew.agent('unpriced', () => crew.model('unknown'));
    crew.app.clock.advance(10_000);
    const dashboard = await crew.open();
    const figures = async (...names: string[]) =>
      Promise.all(names.map((name) => node(dashboard, name).locator('.node-figure').innerText()));
    await eventually(async () => expect(await figures('desk', 'search')).toEqual(['0.0% of 1', '0.0% of 1']));
    await dashboard.find('#map nav a', '$').click();
    await eventually(async () => {
      expect(await figures('desk', 'dear', 'cheap', 'search', 'unknown')).toEqual([
        '$3.01',
        '$3.00',
        '$0.0100',
        'no cost of tools',
        '1 call not priced (cost is incomplete)',
      ]);
    });
    expect(dashboard.hash.get('map')).toBe('cost');
    expect(await Promise.all(['dear', 'cheap', 'search'].map((name) => looks(dashboard, name)))).toEqual([
      'shade-4',
      'shade-1',
      'shade-0',
    ]);
    await dashboard.find('#map nav a', 'Rate').click();
    await eventually(async () => expect((await figures('search'))[0]).toMatch(/^0\.\d{3}\/s$/));
    await dashboard.find('#map nav a', 'p95').click();
    await eventually(async () => expect((await figures('search'))[0]).toMatch(/^p95 \d\.\d\d ms$/));
    await dashboard.page.reload();
    await eventually(async () => expect((await figures('search'))[0]).toMatch(/^p95/));
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  it('folds many tools at their agents, and shows those of one', async () => {
    const crew = await start();
    const use = (agent: string, tools: number) =>
      crew.agent(agent, () => {
        for (let tool = 0; tool < tools; tool += 1)
          crew.tool(`${agent} ${tool}`, tool < 2 && agent === 'coder' ? 'Failure' : undefined);
        crew.model('m');
      });
    use('coder', 12);
    use('writer', 3);
    const dashboard = await crew.open();
    await expectNodes(dashboard, 'coder', 'm', 'writer');
    expect(await dashboard.texts('#map .node-tools')).toEqual(['12 tools, 2 failing', '3 tools']);
    expect(await dashboard.find('#map .is-dim').count()).toBe(0);
    await node(dashboard, 'writer').locator('.node-tools').click();
    await expectNodes(dashboard, 'coder', 'm', 'writer', 'writer 0', 'writer 1', 'writer 2');
    expect(dashboard.hash.get('unfold')).toBe('writer');
    expect(await dimmed(dashboard)).toEqual(['coder']);
    expect(await dashboard.texts('#map .lane-head')).toEqual(['Agents 2', 'Tools 3 of 15', 'Models 1']);
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    await dashboard.page.keyboard.press('Enter');
    await expectNodes(dashboard, 'coder', 'm', 'writer');
    // A tool that is selected, or searched for, is there.
    await dashboard.evaluate("location.hash = 'tool=coder+3'");
    await expectNodes(dashboard, 'coder', 'coder 3', 'm', 'writer');
    await dashboard.evaluate("location.hash = 'filter=coder+1'");
    await expectNodes(dashboard, 'coder', 'coder 1', 'coder 10', 'coder 11');
    expect(await dashboard.text('#map-more')).toBe('Showing 4 of 18. Search to see others.');
    await dashboard.evaluate("location.hash = 'filter=no+such+name'");
    await eventually(async () => expect(await dashboard.text('#map .empty')).toBe('No matches.'));
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows of sixty agents those that no agent calls, that fail or hang, the selected and the searched ones', async () => {
    const crew = await start({ maxSeries: 10_000 });
    const called = Array.from({ length: 56 }, (_, index) => `agent ${index}`);
    const work = () => {
      for (let lead = 0; lead < 4; lead += 1) {
        crew.agent(`lead ${lead}`, () => {
          for (const name of called.filter((_, index) => index % 4 === lead)) {
            crew.agent(name, () => {
              for (let tool = 0; tool < 5; tool += 1) crew.tool(`${name}, tool ${tool}`);
            });
          }
        });
      }
    };
    work();
    crew.app.collector.recordAgentExecution({ agentId: 'agent 7', durationMs: 1, status: 'error' });
    crew.tracker.start({ kind: 'agent', id: 'agent 9' });
    crew.app.clock.advance(10_000);
    const dashboard = await crew.open();
    const usual = ['agent 7', 'agent 9', 'lead 0', 'lead 1', 'lead 2', 'lead 3'];
    await expectNodes(dashboard, ...usual);
    expect(await dashboard.text('#map-more')).toBe('Showing 6 of 340. Search to see others.');
    expect(await dashboard.texts('#map .node-tools')).toEqual(['5 tools', '5 tools']);
    expect(await node(dashboard, 'agent 9').locator('.is-stuck').getAttribute('title')).toBe(
      '1 running, one over 2× p99',
    );
    await dashboard.evaluate("location.hash = 'agent=agent+12'");
    await expectNodes(dashboard, 'agent 12', ...usual);
    await dashboard.evaluate("location.hash = 'filter=agent+55'");
    await expectNodes(dashboard, 'agent 55', 'lead 3', ...[0, 1, 2, 3, 4].map((tool) => `agent 55, tool ${tool}`));
    for (const colorScheme of ['light', 'dark']) {
      await dashboard.page.emulateMedia({ colorScheme: colorScheme as 'light' });
      expect(await dashboard.accessibilityFaults()).toEqual([]);
    }
  });

  const PREFIX = 'customer-support-department-of-the-northern-regions';

  it.each([390, 768, 1000, 1400, 2560])('fits %d pixels, and tells twelve long names apart', async (width) => {
    const crew = await start();
    const names = Array.from({ length: 12 }, (_, index) => `${PREFIX}-${index}-eu`);
    for (const name of names)
      crew.agent(name, () => [crew.tool('a_tool_with_quite_a_long_name_of_its_own'), crew.model('m')]);
    for (const name of names) crew.tracker.start({ kind: 'agent', id: name });
    const dashboard = await crew.open('', { viewport: { width, height: 900 } });
    // On a phone the map is folded.
    if (width < 620) await dashboard.find('summary', 'Map').click();
    await eventually(async () => expect(await nodes(dashboard)).toHaveLength(14));
    expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const seen = await dashboard.evaluate<{
      ends: string[];
      outside: string[];
      covered: string[];
      font: number;
    }>(`(() => {
      const box = (element) => element.getBoundingClientRect();
      const frame = box(document.querySelector('#map .map-frame'));
      const all = [...document.querySelectorAll('#map .node')];
      const within = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
      return {
        ends: all.map((node) => node.querySelector('.short-name span:last-child')?.textContent).filter(Boolean),
        outside: all.filter((node) => !within(box(node), frame) ||
          [...node.querySelectorAll('.short-name span:last-child, .node-running')].some((part) => !within(box(part), box(node))))
          .map((node) => node.textContent),
        covered: all.filter((node) => node.querySelector('.node-running') !== null &&
          box(node.querySelector('.name')).right > box(node.querySelector('.node-running')).left).map((node) => node.textContent),
        font: box(all[0]).height / all[0].offsetHeight * parseFloat(getComputedStyle(all[0].querySelector('.node-figure')).fontSize),
      };
    })()`);
    const agentEnds = seen.ends.filter((end) => end.endsWith('-eu'));
    expect(new Set(agentEnds).size).toBe(12);
    expect(seen).toMatchObject({ outside: [], covered: [] });
    expect(seen.font).toBeGreaterThan(9);
    expect(await dashboard.accessibilityFaults()).toEqual([]);
  });

  it('is zoomed by buttons, by keys and by the wheel with Ctrl, and fits again', async () => {
    const crew = await start();
    crew.agent('desk', () => crew.tool('search'));
    const dashboard = await crew.open();
    await expectNodes(dashboard, 'desk', 'search');
    const scale = () =>
      dashboard.evaluate<string>("document.querySelector('map-frame').style.getPropertyValue('--scale')");
    expect(await scale()).toBe('1');
    await dashboard.find('#map [aria-label="Zoom in"]').click();
    expect(await scale()).toBe('1.25');
    await dashboard.find('#map [aria-label="Zoom out"]').click();
    await dashboard.find('#map [aria-label="Zoom out"]').click();
    expect(await scale()).toBe('0.8');
    await dashboard.find('#map .zoom button', 'Fit').click();
    expect(await scale()).toBe('1');
    await dashboard.find('map-frame').focus();
    await dashboard.page.keyboard.press('+');
    expect(await scale()).toBe('1.25');
    await dashboard.page.keyboard.press('0');
    expect(await scale()).toBe('1');
    await dashboard.find('map-frame').hover();
    await dashboard.page.keyboard.down('Control');
    await dashboard.page.mouse.wheel(0, -100);
    await eventually(async () => expect(await scale()).toBe('1.25'));
    await dashboard.page.keyboard.up('Control');
    await dashboard.page.mouse.wheel(0, 100);
    await eventually(async () => expect(await dashboard.evaluate('scrollY')).toBeGreaterThan(0));
    expect(await scale()).toBe('1.25');
  });

  it('opens the selected node and lets go of it again, models too', async () => {
    const crew = await start();
    crew.agent('desk', () => crew.model('m'));
    const dashboard = await crew.open();
    await node(dashboard, 'm').locator('a').click();
    await eventually(async () => expect(await dashboard.text('#details-title')).toBe('m'));
    expect(dashboard.hash.get('model')).toBe('m');
    expect(await dashboard.find('#map .edge.is-near').count()).toBe(1);
    await node(dashboard, 'm').locator('a').click();
    await dashboard.find('#details').waitFor({ state: 'detached' });
  });
});

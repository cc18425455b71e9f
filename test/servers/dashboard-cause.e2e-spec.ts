import { eventually, type DashboardPage } from '../support/dashboard-page';
import { RequestCrew } from '../support/request-crew';

/** Thirty quick requests, one in which a tool has taken three seconds, and thirty quick ones. */
async function startWithSpike() {
  const crew = await RequestCrew.start({});
  const quick = () => crew.agent('desk', () => crew.tool('search', 100));
  for (let time = 0; time < 30; time += 1) quick();
  crew.agent('desk', () => {
    crew.tool('search', 100);
    crew.agent('writer', () => crew.tool('look_up_order', 3_000));
  });
  crew.wait(10_000);
  for (let time = 0; time < 30; time += 1) quick();
  return crew.open();
}

/** How many slots before the present one it ended. */
const BACK = 2;

const expectCause = (dashboard: DashboardPage) =>
  eventually(async () => {
    expect(await dashboard.text('.step-details')).toContain('look_up_order');
    expect(await dashboard.find('.step-details').count()).toBe(1);
  });

describe('From a spike to the step that caused it', () => {
  it('are three clicks', async () => {
    const dashboard = await startWithSpike();
    const over = dashboard.find('#plot-durations .u-over');
    await over.waitFor();
    const { width, height } = (await over.boundingBox())!;
    await over.click({ position: { x: ((59.5 - BACK) / 60) * width, y: height / 2 } });
    await dashboard.find('#requests a.request', '3.10 s').click();
    await dashboard.find('[role=treeitem]', 'look_up_order').locator('.is-critical').click();
    await expectCause(dashboard);
    expect(dashboard.complaints).toEqual([]);
  });

  it('is as short a way by keyboard', async () => {
    const dashboard = await startWithSpike();
    const { keyboard } = dashboard.page;
    await dashboard.find('#plot-durations time-plot canvas').waitFor();
    await dashboard.find('#plot-durations time-plot').focus();
    for (let step = 0; step < BACK; step += 1) await keyboard.press('ArrowLeft');
    await keyboard.press('Enter');
    await dashboard.find('#requests a.request', '3.10 s').waitFor();
    await eventually(async () => {
      expect(await dashboard.evaluate('document.activeElement.id')).toBe('requests-title');
    });
    const isFocused = (selector: string) =>
      dashboard.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`);
    while (!(await isFocused('a.request'))) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await eventually(async () => {
      expect(await dashboard.evaluate('document.activeElement.id')).toBe('request-title');
    });
    while (!(await isFocused('[role=treeitem]'))) await keyboard.press('Tab');
    await keyboard.press('End');
    await keyboard.press('Enter');
    await expectCause(dashboard);
  });
});

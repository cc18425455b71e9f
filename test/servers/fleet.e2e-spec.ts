import type { FleetReport } from '../../src/http/fleet/fleet-report';
import type { JsonDocument } from '../../src/export/json/json-names';
import { DashboardPage, eventually } from '../support/dashboard-page';
import { historyOf } from '../support/fleet-history';
import { FleetMember } from '../support/fleet-member';
import { PrometheusServer } from '../support/prometheus-server';
import { freePort, type ServerProcess } from '../support/server-process';
import { startVictoriaMetrics } from '../support/victoria-metrics-server';

type Report = JsonDocument<FleetReport>;

const HOUR = 3_600;
const FEW = { requests: 7, failures: 2, model: 'small-1' };
const MANY = { requests: 40, failures: 4, model: 'large-2' };

jest.setTimeout(180_000);

const running: { stop(): Promise<void> }[] = [];
const runs = <Running extends { stop(): Promise<void> }>(server: Running): Running => {
  running.push(server);
  return server;
};

describe('The fleet of three instances, one of which has restarted', () => {
  const now = Math.floor(Date.now() / 1_000);
  const past = historyOf([
    { instance: 'old-1:9464', starts: [now - 72 * HOUR], end: now - 12 * HOUR },
    { instance: 'old-2:9464', starts: [now - 72 * HOUR, now - 30 * HOUR], end: now - 12 * HOUR },
    { instance: 'old-3:9464', worker: '0', starts: [now - 110 * HOUR], end: now - 80 * HOUR },
    { instance: 'old-3:9464', worker: '1', starts: [now - 110 * HOUR, now - 90 * HOUR], end: now - 80 * HOUR },
  ]);
  const members: FleetMember[] = [];
  let prometheus: PrometheusServer;
  let victoria: ServerProcess;

  beforeAll(async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    const targets = ports.map((port) => `127.0.0.1:${port}`);
    const config = {
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'fleet', static_configs: [{ targets }] }],
    };
    prometheus = runs(await PrometheusServer.startWith(config, {}, past));
    victoria = runs(await startVictoriaMetrics(config));
    await importHistory(victoria.url, past);
    const urls = [prometheus.url, victoria.url, prometheus.url];
    members.push(...(await Promise.all(ports.map((port, at) => FleetMember.start(port, urls[at]!)))));
    await seen('crew_start_time_seconds', 3);
    await members[0]!.work(MANY);
    await members[1]!.work(FEW);
    await members[2]!.work(FEW);
    await seen('crew_requests_total{status="error"} > 0', 3);
    await members[2]!.stop();
    await seen('up == 0', 1);
    members[2] = await FleetMember.start(ports[2]!, prometheus.url);
    await seen('up == 1', 3);
    await members[2].work(FEW);
    await seen('crew_requests_total{status="error"} > 0', 3);
    for (const member of members.slice(0, 2)) {
      // VictoriaMetrics has the last points of a course say what those before them said.
      await prometheus.eventually('marking the restart', async () => {
        const { starts } = await member.json<Report>('/fleet?range=15m');
        return starts.some(({ is_restart }) => is_restart);
      });
    }
  });

  afterAll(async () => {
    await Promise.all([...running, ...members].map((each) => each.stop()));
  });

  /** By both servers. */
  async function seen(query: string, count: number): Promise<void> {
    for (const { url } of [prometheus, victoria]) {
      await prometheus.eventually(`${count} of ${query}`, async () => {
        const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
        const { data } = (await answer.json()) as { data: { result: { metric: { instance: string } }[] } };
        return data.result.filter(({ metric }) => metric.instance.startsWith('127.')).length === count;
      });
    }
  }

  describe.each([
    ['Prometheus', 0],
    ['VictoriaMetrics', 1],
  ])('as %s knows it', (_name, at) => {
    const read = async (query: string) => {
      const report = await members[at]!.json<Report>(`/fleet?${query}`);
      expect([report.reason, report.missing]).toEqual([null, []]);
      return report;
    };

    it('has the counts of the JSON of those that have run through', async () => {
      const { instances, agents } = await read('range=15m');
      for (const member of members.slice(0, 2)) {
        const { system_metrics: system } = await member.json();
        expect(instances.find(({ instance }) => instance === member.instance)).toMatchObject({
          state: 'up',
          restart_count: 0,
          total_requests: system.total_requests,
          failed_requests: system.failed_requests,
          requests_in_progress: 0,
        });
      }
      expect(agents).toMatchObject([{ agent_id: 'researcher' }]);
    });

    it('has tokens and cost, exact where nothing has restarted', async () => {
      const member = members[at]!;
      const { system, models } = await read(`range=15m&instance=${member.instance}`);
      const { system_metrics } = await member.json<{
        system_metrics: { token_usage: { total_tokens: number; cost_usd: number } };
      }>();
      expect(system.total_tokens).toBe(system_metrics.token_usage.total_tokens);
      expect(system.cost_usd).toBeCloseTo(system_metrics.token_usage.cost_usd, 9);
      expect(models.filter(({ total_tokens }) => total_tokens > 0)).toHaveLength(1);
    });

    it('counts what the one that has restarted did before and after, and marks when', async () => {
      const { instance } = members[2]!;
      const { starts, instances, system } = await read(`range=15m&instance=${instance}`);
      const { system_metrics } = await members[2]!.json();
      const restarts = starts.filter(({ is_restart }) => is_restart);
      expect(restarts).toEqual([{ instance, is_restart: true, time: expect.any(String) as string }]);
      expect(Math.abs(Date.parse(restarts[0]!.time) - Date.parse(String(system_metrics.start_time)))).toBeLessThan(2);
      expect(instances.find((each) => each.instance === instance)).toMatchObject({ state: 'up', restart_count: 1 });
      // Both are estimates: what came before the first scrape is not known.
      expect(system.total_requests).toBeGreaterThanOrEqual(FEW.requests);
      expect(system.total_requests).toBeLessThanOrEqual(2 * FEW.requests + 1);
    });

    it('knows days ago, and who is gone', async () => {
      const { instances, starts, courses } = await read('range=7d');
      const of = (name: string) => instances.find(({ instance }) => instance === name);
      const requestsIn = (hours: number) => (hours * HOUR) / 300 - 1;
      expect(of('old-1:9464')).toMatchObject({ state: 'gone', restart_count: 0, uptime_seconds: null });
      expect(of('old-2:9464')).toMatchObject({ state: 'gone', restart_count: 1 });
      expect(Math.abs(of('old-1:9464')!.total_requests! - requestsIn(60))).toBeLessThanOrEqual(2);
      expect(Math.abs(of('old-2:9464')!.total_requests! - requestsIn(60))).toBeLessThanOrEqual(3);
      // Two processes behind one endpoint, one of which has restarted.
      expect(of('old-3:9464')).toMatchObject({ state: 'gone', restart_count: 1 });
      expect(Math.abs(of('old-3:9464')!.total_requests! - 2 * requestsIn(30))).toBeLessThanOrEqual(4);
      expect(starts).toContainEqual({
        instance: 'old-2:9464',
        is_restart: true,
        time: new Date((now - 30 * HOUR) * 1_000).toISOString(),
      });
      const success = courses.requests.find(({ name }) => name === 'success')!;
      const two = success.values.filter((value) => value !== null && Math.abs(value - 2 / 300) < 0.000_2);
      expect(courses.times).toHaveLength(84);
      expect(two.length).toBeGreaterThan(25);
    });
  });

  it('stands on the page, for all and for one, and in the address', async () => {
    const dashboard = await DashboardPage.open(`${members[0]!.url}/metrics/dashboard`);
    await dashboard.find('#scope a', 'Fleet').click();
    await dashboard.find('#range a', '15m').click();
    await dashboard.find('#fleet-instances tbody tr').nth(2).waitFor();
    const report = await members[0]!.json<Report>('/fleet?range=15m');
    // What has restarted is estimated anew each time.
    const shown = Number(await dashboard.text('[data-figure=fleet-requests]'));
    expect(Math.abs(shown - report.system.total_requests!)).toBeLessThanOrEqual(2);
    expect(
      (await dashboard.rows('#fleet-instances')).map(([name, state, , restarts]) => [name, state, restarts]),
    ).toEqual(report.instances.map(({ instance, restart_count }) => [instance, 'up', String(restart_count)]));
    expect(await dashboard.texts('#fleet-starts li')).toContainEqual(expect.stringMatching(/:\d\d 127\S+ restarted$/));
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    await dashboard.find('#fleet-instance').selectOption(members[1]!.instance);
    await eventually(async () =>
      expect(await dashboard.text('[data-figure=fleet-requests]')).toBe(String(FEW.requests)),
    );
    expect(Object.fromEntries(dashboard.hash)).toEqual({
      scope: 'fleet',
      range: '15m',
      instance: members[1]!.instance,
    });
    await dashboard.page.reload();
    await eventually(async () =>
      expect(await dashboard.text('[data-figure=fleet-requests]')).toBe(String(FEW.requests)),
    );
    expect(dashboard.complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has no fault for axe on a phone, %s', async (colorScheme) => {
    const viewport = { width: 390, height: 844 };
    const hash = '#scope=fleet&range=15m';
    const dashboard = await DashboardPage.open(`${members[0]!.url}/metrics/dashboard${hash}`, {
      colorScheme,
      viewport,
    });
    await dashboard.find('#fleet-instances tbody tr').nth(2).waitFor();
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    expect(await dashboard.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('gives way to this process, and says why, where nobody answers', async () => {
    const [port, elsewhere] = [await freePort(), await freePort()];
    const alone = runs(await FleetMember.start(port, `http://127.0.0.1:${elsewhere}`));
    await alone.work(FEW);
    const dashboard = await DashboardPage.open(`${alone.url}/metrics/dashboard#scope=fleet`);
    const notice = 'Prometheus does not answer (unreachable): showing this process.';
    await eventually(async () => expect(await dashboard.text('#fleet-silent')).toBe(notice));
    await eventually(async () => expect(await dashboard.text('[data-figure=total-requests]')).toBe('7'));
    expect(await dashboard.accessibilityFaults()).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });
});

/** VictoriaMetrics reads times in milliseconds. */
async function importHistory(url: string, history: string): Promise<void> {
  const lines = history.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const body = lines.map((line) => `${line}000`).join('\n');
  expect((await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body })).status).toBe(204);
}

import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { type DashboardOptions, MetricsListener, MetricsModule, type MetricsRootOptions } from '../src';
import { FLEET_QUERY_NAMES } from '../src/http/fleet/fleet-queries';
import { FakePrometheus, json, nothing } from './support/fake-prometheus';
import { ADAPTERS, TestApp } from './support/test-app';

const SECRETS = ['hunter2', 'tenant-key', 'Basic '];

interface FleetBody {
  readonly reason: string | null;
  readonly missing: readonly string[];
  readonly system: Readonly<Record<string, number | null>>;
  readonly agents: readonly object[];
  readonly instances: readonly object[];
}

const vector = (...series: [metric: Record<string, string>, value: string][]) => ({
  status: 'success',
  data: { resultType: 'vector', result: series.map(([metric, value]) => ({ metric, value: [0, value] })) },
});

describe.each(ADAPTERS)('GET /metrics/fleet on %s', (_name, adapter) => {
  const serve = (dashboard: boolean | DashboardOptions, options: MetricsRootOptions = {}) =>
    TestApp.start({ imports: [MetricsModule.forRoot({ ...options, endpoint: { dashboard } })] }, { adapter });
  const urlOf = ({ address }: FakePrometheus) => `http://user:hunter2@${address}/prometheus/?tenant=a`;
  const ask = async (app: TestApp, query = '') => {
    const response = await app.fetch(`/metrics/fleet${query}`);
    const text = await response.text();
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    return { status: response.status, body: JSON.parse(text) as FleetBody, text };
  };

  it('is not there where nobody is to be asked', async () => {
    for (const dashboard of [true, false]) expect((await ask(await serve(dashboard))).status).toBe(404);
  });

  it('asks a fixed list of queries, of the prefix and the selector, with the headers that open the server', async () => {
    const fake = await FakePrometheus.start(nothing);
    const app = await serve(
      { prometheusUrl: urlOf(fake), prometheusHeaders: { 'x-scope-orgid': 'tenant-key' }, selector: 'job="desk"' },
      { prefix: 'desk' },
    );
    const { status, body } = await ask(app, '?range=6h&instance=a%3A1');
    expect([status, body.reason, body.missing]).toEqual([200, null, []]);
    expect(body.system).toMatchObject({ total_requests: null, cost_usd: null });
    expect(fake.seen).toHaveLength(FLEET_QUERY_NAMES.length);
    for (const { path, query, headers } of fake.seen) {
      expect(path).toMatch(/^\/prometheus\/api\/v1\/query(_range)?$/);
      expect(query.get('tenant')).toBe('a');
      expect(query.get('query')).toMatch(/\{job="desk"(, instance="a:1")?\}/);
      expect(query.get('query')).not.toContain('crew_');
      expect(headers).toMatchObject({
        authorization: `Basic ${Buffer.from('user:hunter2').toString('base64')}`,
        'x-scope-orgid': 'tenant-key',
      });
    }
  });

  it.each<[string, string]>([
    ['range=1y', '"range" must be one of 15m, 1h, 6h, 1d, 7d, 30d'],
    ['range=1h%5D%29%20or%20up', '"range" must be one of'],
    ['range=1h&range=6h', '"range" must be one of'],
    [`instance=${'x'.repeat(1_001)}`, '"instance" must be at most 1000 characters'],
    ['instance=a&instance=b', '"instance" must be a string'],
  ])('refuses %s', async (query, message) => {
    const fake = await FakePrometheus.start(nothing);
    const { status, text } = await ask(await serve({ prometheusUrl: urlOf(fake) }), `?${query}`);
    expect([status, JSON.parse(text)]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    ]);
    expect(fake.seen).toEqual([]);
  });

  it('lets no instance out of its text', async () => {
    const fake = await FakePrometheus.start(nothing);
    const app = await serve({ prometheusUrl: urlOf(fake) });
    for (const instance of ['"} or up or {a="', '\\"} or up{a="\\', 'a\nb', '\u0000\ud800']) {
      fake.seen.splice(0);
      await ask(app, `?instance=${encodeURIComponent(instance.toWellFormed())}`);
      const asked = fake.seen.map(({ query }) => query.get('query')!);
      const matcher = `instance=${JSON.stringify(instance.toWellFormed())}`;
      expect(asked.filter((query) => query.includes(matcher)).length).toBeGreaterThan(5);
      // What is left without the texts is what is always asked.
      for (const query of asked) expect(query.replaceAll(matcher, '')).not.toMatch(/or up|a=|\n/);
    }
  });

  it.each<[what: string, reason: string, answer: Parameters<typeof FakePrometheus.start>[0]]>([
    ['does not let us in', 'refused', (response) => json(response, { error: 'hunter2' }, 401)],
    ['forbids', 'refused', (response) => response.writeHead(403).end('hunter2')],
    ['leads elsewhere', 'bad_answer', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    [
      'is a page',
      'bad_answer',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hunter2'),
    ],
    ['is a proxy without a server', 'bad_answer', (response) => response.writeHead(502).end('<html>')],
    ['knows no such query', 'bad_answer', (response) => json(response, { status: 'error', error: 'hunter2' }, 400)],
    ['says null', 'bad_answer', (response) => response.end('null')],
    [
      'says something else',
      'bad_answer',
      (response) => json(response, { status: 'success', data: { resultType: 'scalar', result: [0, '1'] } }),
    ],
    [
      'has numbers that are none',
      'bad_answer',
      (response) => json(response, vector([{ instance: 'a' }, 1 as unknown as string])),
    ],
    ['never ends', 'bad_answer', endlessly],
    ['hangs up', 'unreachable', (response) => response.destroy()],
    [
      'hangs up in the middle',
      'unreachable',
      (response) => response.writeHead(200).write('{', () => response.destroy()),
    ],
  ])('says why there is no answer from one that %s', async (_what, reason, answer) => {
    const fake = await FakePrometheus.start(answer);
    const app = await serve({ prometheusUrl: urlOf(fake) });
    for (let time = 1; time <= 2; time += 1) {
      const { status, body } = await ask(app);
      expect([status, body]).toEqual([200, { range: '1h', instance: null, reason }]);
    }
    const logged = app.logger.warnings.filter((warning) => warning.includes('prometheusUrl'));
    expect(logged).toEqual([expect.stringContaining(`(${reason})`)]);
    const { status } = await app.fetch('/metrics');
    expect(status).toBe(200);
  });

  it('says why there is no answer from one that is not there', async () => {
    const fake = await FakePrometheus.start(nothing);
    const app = await serve({ prometheusUrl: urlOf(fake) });
    await fake.stop();
    expect((await ask(app)).body.reason).toBe('unreachable');
  });

  it('gives up on one that is slow, and does not keep /metrics waiting', async () => {
    const limit = new AbortController();
    jest.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    try {
      const fake = await FakePrometheus.start(() => undefined);
      const app = await serve({ prometheusUrl: urlOf(fake) });
      const answer = ask(app);
      await fake.hasSeen(1);
      expect((await app.fetch('/metrics')).status).toBe(200);
      limit.abort(new DOMException('', 'TimeoutError'));
      expect((await answer).body.reason).toBe('timeout');
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('tells what has been answered where the rest has not', async () => {
    const fake = await FakePrometheus.start((response, { query }) => {
      const text = query.get('query')!;
      if (text.startsWith('max by (instance) (last_over_time'))
        return json(response, vector([{ instance: 'a:1' }, '1000']));
      if (text.startsWith('sum by (instance, status)'))
        return json(
          response,
          vector([{ instance: 'a:1', status: 'success' }, '2.6'], [{ instance: 'a:1', status: 'timeout' }, '1']),
        );
      if (text.includes('agent')) return response.writeHead(500).end();
      return nothing(response, { query, path: '', headers: {} });
    });
    const { body } = await ask(await serve({ prometheusUrl: urlOf(fake) }));
    expect(body).toMatchObject({
      reason: null,
      missing: ['tokens', 'cost', 'cost_course', 'agents', 'agent_p95'],
      agents: [],
    });
    expect(body.system).toMatchObject({
      total_requests: 4,
      successful_requests: 3,
      failed_requests: 1,
      error_rate: 0.25,
      cost_usd: null,
    });
    expect(body.instances).toMatchObject([{ instance: 'a:1', state: 'gone', total_requests: 4, uptime_seconds: null }]);
  });

  it('asks once for all who ask the same at a time, and for so many questions and no more', async () => {
    const held: (() => void)[] = [];
    let isOpen = false;
    const fake = await FakePrometheus.start((response, question) => {
      const go = () => nothing(response, question);
      if (isOpen) go();
      else held.push(go);
    });
    const app = await serve({ prometheusUrl: urlOf(fake) });
    const instances = Array.from({ length: 8 }, (_, at) => `?instance=${at}`);
    const asked = instances.flatMap((query) => [ask(app, query), ask(app, query)]);
    await fake.hasSeen(8 * 6);
    expect((await ask(app, '?instance=9')).body.reason).toBe('busy');
    isOpen = true;
    for (const go of held) go();
    for (const answer of asked) expect((await answer).body.reason).toBeNull();
    expect(fake.seen).toHaveLength(8 * FLEET_QUERY_NAMES.length);
  });

  it('is opened by the token, as every route with data', async () => {
    const fake = await FakePrometheus.start(nothing);
    const app = await serve({ prometheusUrl: urlOf(fake) }, { bearerToken: 'secret' });
    expect((await app.fetch('/metrics/fleet')).status).toBe(401);
    expect((await app.fetch('/metrics/fleet', { headers: { authorization: 'Bearer secret' } })).status).toBe(200);
    expect(fake.seen[0]!.headers.authorization).toMatch(/^Basic /);
  });

  it('stands on the listener alone where there is one, with a page that knows of it', async () => {
    const fake = await FakePrometheus.start(nothing);
    const listen = { port: 0, host: '127.0.0.1' };
    const app = await serve({ prometheusUrl: urlOf(fake) }, { listen });
    const url = `http://127.0.0.1:${app.nest.get(MetricsListener).address()!.port}/metrics`;
    expect((await fetch(`${url}/fleet`)).status).toBe(200);
    expect(await (await fetch(`${url}/dashboard`)).text()).toContain('<html data-fleet');
    expect((await app.fetch('/metrics/fleet')).status).toBe(404);
  });

  it('is known to the page, which shows no credential', async () => {
    const fake = await FakePrometheus.start(nothing);
    const page = await (await (await serve({ prometheusUrl: urlOf(fake) })).fetch('/metrics/dashboard')).text();
    expect(page).toContain('<html data-fleet lang="en">');
    expect(page).not.toMatch(/hunter2|127\.0\.0\.1/);
    expect(await (await (await serve(true)).fetch('/metrics/dashboard')).text()).toContain('<html lang="en">');
  });

  it('is told where traces are shown, without anything of its markup being lost', async () => {
    const app = await serve({ traceUrl: 'https://jaeger.example/trace/{traceId}?a=1&b="<script>"$&' });
    expect(await (await app.fetch('/metrics/dashboard')).text()).toContain(
      '<html data-trace-url="https://jaeger.example/trace/{traceId}?a=1&amp;b=&quot;&lt;script>&quot;$&amp;" lang="en">',
    );
    expect((await app.fetch('/metrics/fleet')).status).toBe(404);
  });
});

/** As fast as it is read. */
function endlessly(response: ServerResponse): void {
  const spaces = function* () {
    for (;;) yield ' '.repeat(65_536);
  };
  pipeline(Readable.from(spaces()), response, () => undefined);
}

describe('The option endpoint.dashboard', () => {
  const messageOf = (dashboard: unknown) => {
    try {
      MetricsModule.forRoot({ endpoint: { dashboard: dashboard as DashboardOptions } });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const prometheusUrl = 'https://user:hunter2@prometheus.example/path';

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['an address', { prometheusUrl }],
    ['an address of traces', { traceUrl: 'https://jaeger.example:16686/trace/{traceId}?uiFind=a' }],
    ['headers', { prometheusUrl, prometheusHeaders: { Authorization: 'Bearer hunter2' } }],
    ['a matcher', { prometheusUrl, selector: 'job="agents"' }],
    ['matchers', { prometheusUrl, selector: ' job =~ "a\\\\d|b\\"{}" , zone!="x",  pod!~"" ' }],
  ])('takes %s', (_what, dashboard) => {
    expect(messageOf(dashboard)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [
      1,
      '"endpoint.dashboard" is 1; it must be true, false, or an object of prometheusUrl, prometheusHeaders, selector and traceUrl.',
    ],
    [prometheusUrl, '"endpoint.dashboard" must be true, false, or an object of'],
    [{ selector: 'job="agents"' }, 'must be given a prometheusUrl, to which'],
    [{ prometheusHeaders: { a: 'hunter2' } }, 'must be given a prometheusUrl, to which'],
    [{ traceUrl: 'https://jaeger.example/trace/' }, '"endpoint.dashboard.traceUrl" is'],
    [{ traceUrl: 'javascript:alert({traceId})' }, 'must be an address with {traceId} in it'],
    [{ traceUrl: '/trace/{traceId}' }, 'must be an address with {traceId} in it'],
    [{ prometheusUrl: 'user:hunter2@host' }, '"endpoint.dashboard.prometheusUrl" must be an address'],
    [{ prometheusUrl: 'http://%zz:hunter2@host' }, '"endpoint.dashboard.prometheusUrl" must be an address'],
    [{ prometheusUrl: 'file:///hunter2' }, '"endpoint.dashboard.prometheusUrl" must be an address'],
    [
      { prometheusUrl, prometheusHeaders: { 'x y': 'hunter2' } },
      '"endpoint.dashboard.prometheusHeaders" must be texts that HTTP allows',
    ],
    [
      { prometheusUrl, prometheusHeaders: { x: 'hunter2\n' } },
      '"endpoint.dashboard.prometheusHeaders" must be texts that HTTP allows',
    ],
    [
      { prometheusUrl, prometheusHeaders: { x: 1 } },
      '"endpoint.dashboard.prometheusHeaders.x" must be texts that HTTP allows',
    ],
    [{ prometheusUrl, selector: '' }, `"endpoint.dashboard.selector" is ''; it must be matchers of labels`],
    [{ prometheusUrl, selector: '{job="a"}' }, 'must be matchers of labels'],
    [{ prometheusUrl, selector: 'job="a"} or up{' }, 'must be matchers of labels'],
    [{ prometheusUrl, selector: 'job="a\\d"' }, 'must be matchers of labels'],
    [{ prometheusUrl, selector: 'job="a",' }, 'must be matchers of labels'],
    [{ prometheusUrl, url: 1 }, 'there is no option "endpoint.dashboard.url"; allowed is true, false, or an object of'],
  ])('refuses %j', (dashboard, message) => {
    expect(messageOf(dashboard)).toContain(message);
    expect(messageOf(dashboard)).not.toContain('hunter2');
  });
});

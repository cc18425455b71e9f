import { posix } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import {
  Controller,
  ForbiddenException,
  Get,
  SetMetadata,
  VersioningType,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { AgentMetricsInterceptor, MetricsListener, MetricsModule, type MetricsRootOptions } from '../src';
import { rawRequest } from './support/raw-request';
import { ADAPTERS, TestApp } from './support/test-app';

const HTML = 'text/html; charset=utf-8';
const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};
const MAX_WEIGHT_BYTES = 130_000;

interface Setting extends MetricsRootOptions {
  readonly metadata?: ModuleMetadata;
  readonly setUp?: (nest: INestApplication) => void;
}

describe.each(ADAPTERS)('GET /metrics/dashboard on %s', (name, adapter) => {
  const serve = ({ metadata = {}, setUp, ...options }: Setting = {}) =>
    TestApp.start(
      { ...metadata, imports: [MetricsModule.forRoot(options), ...(metadata.imports ?? [])] },
      { adapter, setUp },
    );
  const statusOf = async (url: string, headers = {}) => (await rawRequest(url, headers)).status;

  it('is a page that nobody may frame, and that loads nothing but what its own server serves', async () => {
    const { status, headers, body } = await rawRequest(`${(await serve()).url}/metrics/dashboard`);
    expect({ status, headers }).toMatchObject({
      status: 200,
      headers: {
        'content-type': HTML,
        'content-length': String(body.length),
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
          "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
        vary: 'Accept-Encoding',
      },
    });
    const html = body.toString();
    expect(html).not.toMatch(/<style|style=|\son\w+=|https?:|\/\//);
    expect(html.match(/<script(?![^>]*\ssrc=)/)).toBeNull();
  });

  it('has every file that the page and its modules name, with its type, and is light', async () => {
    const files = await loadAll(`${(await serve()).url}/metrics`, 'dashboard');
    const paths = [...files.keys()].filter((path) => path !== 'dashboard');
    expect(paths).toEqual(expect.arrayContaining(['dashboard/shell/main.js', 'dashboard/libraries/uplot.js']));
    for (const path of paths) {
      expect([path, files.get(path)!.headers['content-type']]).toEqual([path, TYPES[path.split('.').at(-1)!]]);
    }
    const weight = [...files.values()].reduce((sum, { body }) => sum + gzipSync(body).length, 0);
    expect(weight).toBeLessThan(MAX_WEIGHT_BYTES);
  });

  it('names every module in advance, so that none waits for another', async () => {
    const files = await loadAll(`${(await serve()).url}/metrics`, 'dashboard');
    const html = files.get('dashboard')!.body.toString();
    const named = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, path]) => path!);
    const modules = [...files.keys()].filter((path) => path.endsWith('.js') && path !== 'dashboard/shell/main.js');
    expect(named.sort()).toEqual(modules.sort());
  });

  it('is sent again only where it has changed', async () => {
    const url = `${(await serve()).url}/metrics/dashboard`;
    for (const each of [url, `${url}/shell/main.js`]) {
      const { etag = '' } = (await rawRequest(each)).headers;
      expect(etag).toMatch(/^W\/"[\w-]{43}"$/);
      const known = await rawRequest(each, { 'if-none-match': `"other", ${etag}` });
      expect([known.status, known.headers.etag, known.body.length]).toEqual([304, etag, 0]);
      expect(await statusOf(each, { 'if-none-match': '"other"' })).toBe(200);
    }
  });

  it('is compressed where the client accepts it', async () => {
    const url = `${(await serve()).url}/metrics/dashboard/shell/main.js`;
    const plain = await rawRequest(url);
    const compressed = await rawRequest(url, { 'accept-encoding': 'gzip' });
    expect(compressed.headers).toMatchObject({ 'content-encoding': 'gzip', etag: plain.headers.etag });
    expect(gunzipSync(compressed.body)).toEqual(plain.body);
  });

  it('answers HEAD without a body', async () => {
    const { status, headers, body } = await rawRequest(`${(await serve()).url}/metrics/dashboard`, {}, 'HEAD');
    expect([status, headers['content-type'], body.length]).toEqual([200, HTML, 0]);
  });

  it.each([
    'nothing.js',
    'shell/main.ts',
    'shell/main',
    'index.html',
    'tsconfig.json',
    'libraries/uplot.d.ts',
    'libraries/valibot.js',
    '..%2fdashboard-file.ts',
    '%2e%2e%2f%2e%2e%2findex.html',
    'data%2f..%2fshell%2fmain.js',
    'libraries/..%2fshell/main.js',
    '__proto__',
    'libraries/constructor',
    'data/shell/page.js',
    '%00.js',
  ])('has no file %s', async (file) => {
    expect(await statusOf(`${(await serve()).url}/metrics/dashboard/${file}`)).toBe(404);
  });

  it('leads a slash at the end to the address from which its files are found', async () => {
    const { status, headers } = await rawRequest(`${(await serve()).url}/metrics/dashboard/`);
    // Fastify tells the two addresses apart.
    expect([status, headers.location]).toEqual(name === 'Express' ? [302, '../dashboard'] : [404, undefined]);
  });

  it.each<[string, Setting, string]>([
    ['a path', { endpoint: { path: '/internal/numbers' } }, '/internal/numbers'],
    ['a global prefix', { setUp: (nest) => nest.setGlobalPrefix('api') }, '/api/metrics'],
    [
      'versions',
      { setUp: (nest) => nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }) },
      '/metrics',
    ],
    [
      'an exclusion from the prefix',
      { setUp: (nest) => nest.setGlobalPrefix('api', { exclude: ['metrics', 'metrics/*path'] }) },
      '/metrics',
    ],
  ])('stands below the endpoint, whatever %s', async (_what, setting, path) => {
    const { url } = await serve(setting);
    expect(await statusOf(`${url}${path}/dashboard`)).toBe(200);
    expect(await statusOf(`${url}${path}/dashboard/data/poller.js`)).toBe(200);
  });

  it('is not there where it is switched off, or the endpoint is', async () => {
    for (const endpoint of [false, { dashboard: false }] as const) {
      expect(await statusOf(`${(await serve({ endpoint })).url}/metrics/dashboard`)).toBe(404);
    }
  });

  it('refuses to share its path with a controller of the application, naming the remedies', async () => {
    @Controller('metrics')
    class OwnController {
      @Get('dashboard')
      own() {
        return 'mine';
      }
    }
    await expect(serve({ metadata: { controllers: [OwnController] } })).rejects.toThrow(
      /MetricsModule and OwnController both answer \/metrics\/dashboard\..*endpoint: \{ dashboard: false \}/,
    );
    const { url } = await serve({ metadata: { controllers: [OwnController] }, endpoint: { dashboard: false } });
    expect((await rawRequest(`${url}/metrics/dashboard`)).body.toString()).toBe('mine');
  });

  it('needs no token, while its data does', async () => {
    const url = `${(await serve({ bearerToken: 'secret' })).url}/metrics`;
    expect(await statusOf(`${url}/dashboard`)).toBe(200);
    expect(await statusOf(`${url}/dashboard/shell/main.js`)).toBe(200);
    expect(await statusOf(`${url}/history`)).toBe(401);
  });

  it("stands behind the endpoint's guards and the application's, and has the endpoint's decorators", async () => {
    const guard = {
      canActivate: () => {
        throw new ForbiddenException();
      },
    };
    const refused = await serve({ endpoint: { guards: [guard] } });
    const closed = {
      provide: APP_GUARD,
      inject: [Reflector],
      useFactory: (reflector: Reflector) => ({
        canActivate: (context: Parameters<Reflector['get']>[1] & { getClass(): never }) =>
          reflector.get<boolean>('open', context.getClass()),
      }),
    };
    const locked = await serve({ metadata: { providers: [closed] } });
    const open = await serve({
      metadata: { providers: [closed] },
      endpoint: { decorators: [SetMetadata('open', true)] },
    });
    const statuses = [refused, locked, open].map(({ url }) => statusOf(`${url}/metrics/dashboard`));
    expect(await Promise.all(statuses)).toEqual([403, 403, 200]);
  });

  it('is left alone by interceptors, and is no request of an agent', async () => {
    const interceptor = (useClass: new (...args: never[]) => object) => ({ provide: APP_INTERCEPTOR, useClass });
    const app = await serve({
      metadata: {
        imports: [CacheModule.register()],
        providers: [interceptor(CacheInterceptor), interceptor(AgentMetricsInterceptor)],
      },
    });
    for (let time = 1; time <= 2; time += 1) {
      const { headers } = await rawRequest(`${app.url}/metrics/dashboard`);
      expect(headers['content-type']).toBe(HTML);
    }
    expect(app.collector.getAgents().size).toBe(0);
  });

  it('stands on the listener alone where there is one', async () => {
    const app = await serve({ listen: { port: 0, host: '127.0.0.1' }, bearerToken: 'secret' });
    const { port } = app.nest.get(MetricsListener).address()!;
    const url = `http://127.0.0.1:${port}/metrics/dashboard`;
    const { status, headers } = await rawRequest(url);
    expect([status, headers['content-type']]).toEqual([200, HTML]);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect((await rawRequest(`${url}/`)).headers.location).toBe('../dashboard');
    expect(await statusOf(`${url}/libraries/lit-html.js`)).toBe(200);
    expect(await statusOf(`${url}/libraries/..%2fmain.js`)).toBe(404);
    expect(
      await statusOf(`${url}/shell/main.js`, {
        'if-none-match': (await rawRequest(`${url}/shell/main.js`)).headers.etag,
      }),
    ).toBe(304);
    expect((await rawRequest(url, {}, 'POST')).status).toBe(404);
    expect(await statusOf(`${app.url}/metrics/dashboard`)).toBe(404);
  });

  it('is not on the listener where it is switched off', async () => {
    const app = await serve({ listen: { port: 0, host: '127.0.0.1' }, endpoint: { dashboard: false } });
    const { port } = app.nest.get(MetricsListener).address()!;
    expect(await statusOf(`http://127.0.0.1:${port}/metrics/dashboard`)).toBe(404);
  });
});

/** What a file names: links and scripts of the page, imports of modules. */
const REFERENCES = /(?:href|src)="([^"]+)"|^\s*(?:import|export) [^'"\n]*from\s*'([^']+)'|^import '([^']+)'/gm;

/** The page and all that it loads, by their paths below the endpoint. */
async function loadAll(base: string, path: string, files = new Map<string, Awaited<ReturnType<typeof rawRequest>>>()) {
  if (files.has(path)) return files;
  const file = await rawRequest(`${base}/${path}`);
  expect([path, file.status]).toEqual([path, 200]);
  files.set(path, file);
  // Libraries import nothing, which is why they are served as they are.
  if (path.includes('libraries/')) return files;
  for (const [, link, named, bare] of file.body.toString().matchAll(REFERENCES)) {
    await loadAll(base, posix.join(posix.dirname(path), (link ?? named ?? bare)!), files);
  }
  return files;
}

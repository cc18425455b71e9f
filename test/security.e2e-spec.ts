import { Controller, Get, Injectable, Logger, Module, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { MetricsModule } from '../src';
import type { MetricsRootOptions } from '../src';

const routes = ['', '/history', '/running', '/trends'];

@Injectable()
class Door {
  open = false;
}

@Module({ providers: [Door], exports: [Door] })
class DoorModule {}

@Injectable()
class DoorGuard implements CanActivate {
  constructor(private readonly door: Door) {}

  canActivate(): boolean {
    return this.door.open;
  }
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('access to the endpoint on %s', (_name, createAdapter) => {
  let app: INestApplication | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
    jest.restoreAllMocks();
  });

  async function start(options: MetricsRootOptions, imports: object[] = []): Promise<string> {
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot(options), ...(imports as [])],
    }).compile();
    app = module.createNestApplication(createAdapter() as ExpressAdapter);
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  }

  const get = (url: string, authorization?: string) => fetch(url, { headers: authorization ? { authorization } : {} });

  it.each(routes)('asks for the token at /metrics%s', async (route) => {
    const url = `${await start({ bearerToken: 's3cret' })}/metrics${route}`;
    const refused = await get(url);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect((await get(url, 'Bearer s3cret')).status).toBe(200);
  });

  it.each([
    ['another token', 'Bearer s3cre'],
    ['a longer token', 'Bearer s3cret1'],
    ['another scheme', 'Basic s3cret'],
    ['no token', 'Bearer '],
    ['the token alone', 's3cret'],
    ['two tokens', 'Bearer s3cret s3cret'],
  ])('refuses %s', async (_what, authorization) => {
    const url = `${await start({ bearerToken: 's3cret' })}/metrics`;
    expect((await get(url, authorization)).status).toBe(401);
    expect((await get(`${url}?token=s3cret&access_token=s3cret`)).status).toBe(401);
  });

  it('knows both tokens during a rotation', async () => {
    const url = `${await start({ bearerToken: ['old', 'new'] })}/metrics`;
    expect((await get(url, 'Bearer old')).status).toBe(200);
    expect((await get(url, 'bearer new')).status).toBe(200);
    expect((await get(url, 'Bearer older')).status).toBe(401);
  });

  it('asks a guard whose dependencies come from imports', async () => {
    const url = `${await start({ imports: [DoorModule], endpoint: { guards: [DoorGuard] } })}/metrics`;
    expect((await get(url)).status).toBe(403);
    app!.get(Door, { strict: false }).open = true;
    expect((await get(url)).status).toBe(200);
  });

  it('passes on what a guard throws, without a stack', async () => {
    const guard: CanActivate = {
      canActivate() {
        throw new UnauthorizedException('not you');
      },
    };
    const answer = await get(`${await start({ endpoint: { guards: [guard] } })}/metrics`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ message: 'not you', error: 'Unauthorized', statusCode: 401 });
  });

  describe('in production', () => {
    const environment = process.env.NODE_ENV;

    beforeEach(() => {
      process.env.NODE_ENV = 'production';
    });

    afterEach(() => {
      process.env.NODE_ENV = environment;
    });

    it.each<[what: string, options: MetricsRootOptions, warnings: number]>([
      ['is open', {}, 1],
      ['has a token', { bearerToken: 'x' }, 0],
      ['has a guard', { endpoint: { guards: [{ canActivate: () => true }] } }, 0],
      ['is meant to be public', { endpoint: { public: true } }, 0],
      ['is switched off', { endpoint: false }, 0],
    ])('warns as often as it should when the endpoint %s', async (_what, options, warnings) => {
      const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
      await start(options);
      expect(warn.mock.calls.filter(([message]) => String(message).includes('open to everybody'))).toHaveLength(
        warnings,
      );
    });
  });

  it('refuses to share its path with a PrometheusModule, naming both remedies', async () => {
    await expect(start({}, [PrometheusModule.register({ defaultMetrics: { enabled: false } })])).rejects.toThrow(
      /PrometheusController both answer \/metrics.*remove the module.*endpoint: \{ path: 'crew' \}/s,
    );
  });

  it('refuses to share its path with any other controller', async () => {
    @Controller('metrics')
    class OwnController {
      @Get()
      own() {
        return 'mine';
      }
    }
    @Module({ controllers: [OwnController] })
    class OwnModule {}
    await expect(start({}, [OwnModule])).rejects.toThrow('MetricsModule and OwnController both answer /metrics.');
  });

  it('stands beside a controller with other routes under its path', async () => {
    @Controller('metrics')
    class OwnController {
      @Get('own')
      own() {
        return 'mine';
      }
    }
    @Module({ controllers: [OwnController] })
    class OwnModule {}
    const url = await start({}, [OwnModule]);
    expect(await (await get(`${url}/metrics/own`)).text()).toBe('mine');
    expect((await get(`${url}/metrics`)).status).toBe(200);
  });

  it('stands beside a PrometheusModule on another path', async () => {
    const theirs = PrometheusModule.register({ defaultMetrics: { enabled: false } });
    const url = await start({ endpoint: { path: 'crew' } }, [theirs]);
    expect(await (await get(`${url}/crew`)).json()).toMatchObject({ schema_version: 1 });
    expect((await get(`${url}/metrics`)).headers.get('content-type')).toMatch('text/plain');
  });
});

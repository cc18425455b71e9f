import crypto from 'node:crypto';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type INestApplication,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { MetricsModule, TrackAgent, TrackTool, type MetricsRootOptions } from '../src';
import { Gate } from './support/gate';
import { RecordingLogger } from './support/recording-logger';

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

/** Agents and a tool that all get to know what nobody else may. */
@Injectable()
class Crew {
  readonly gate = new Gate();

  @TrackAgent('crew answer')
  async answer(question: string): Promise<string> {
    return this.look(question);
  }

  @TrackTool('crew look')
  async look(question: string): Promise<string> {
    return question;
  }

  @TrackAgent('crew fail')
  async fail(question: string): Promise<never> {
    throw new RangeError(question, { cause: question });
  }

  @TrackAgent('crew tell')
  async *tell(question: string): AsyncGenerator<string> {
    yield question;
  }

  @TrackAgent('crew wait')
  async wait(question: string): Promise<string> {
    await this.gate.passed;
    return question;
  }
}

@Module({ providers: [Crew], exports: [Crew] })
class CrewModule {}

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

  const start = (options: MetricsRootOptions, imports: object[] = []) =>
    startWith([MetricsModule.forRoot(options), ...imports]);

  async function startWith(imports: object[]): Promise<string> {
    const module = await Test.createTestingModule({ imports: imports as [] })
      .setLogger(new RecordingLogger())
      .compile();
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
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(await refused.json()).toEqual({ statusCode: 401, message: 'Unauthorized' });
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

  it('takes the token from a configuration service', async () => {
    @Injectable()
    class Settings {
      readonly token = 'configured';
    }
    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}
    const module = MetricsModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ token }: Settings) => ({ bearerToken: token }),
    });
    const url = `${await startWith([module])}/metrics`;
    expect((await get(url)).status).toBe(401);
    expect((await get(url, 'Bearer configured')).status).toBe(200);
  });

  it('compares every token that it knows, in a time that says nothing of them', async () => {
    const url = `${await start({ bearerToken: ['first', 'second'] })}/metrics`;
    const compare = jest.spyOn(crypto, 'timingSafeEqual');
    for (const token of ['first', 'second', 'f', 'x'.repeat(5_000)]) await get(url, `Bearer ${token}`);
    expect(compare).toHaveBeenCalledTimes(8);
    for (const [known, given] of compare.mock.calls) expect(known.byteLength).toBe(given.byteLength);
  });

  it.each([
    ['an empty text', ''],
    ['an empty list', []],
    ['a list with an empty text', ['old', '']],
    ['a text with a line feed', 's3cret\n'],
    ['letters that a header cannot carry', 's\u00e9cret'],
  ])('%s is no token: the application does not start, and does not tell it', (_what, bearerToken) => {
    const create = () => MetricsModule.forRoot({ bearerToken });
    expect(create).toThrow(
      /^MetricsModule: the option "bearerToken(\.1)?" must be a non-empty string of ASCII .*, or a list of such strings\. Its value is not shown here\.$/,
    );
    expect(create).not.toThrow(/cret/);
  });

  it('asks a guard whose dependencies come from imports', async () => {
    const url = `${await start({ imports: [DoorModule], endpoint: { guards: [DoorGuard] } })}/metrics`;
    expect((await get(url)).status).toBe(403);
    app!.get(Door, { strict: false }).open = true;
    expect((await get(url)).status).toBe(200);
  });

  it.each(routes)('asks a guard that a decorator adds, however long it thinks, at /metrics%s', async (route) => {
    const guard: CanActivate = { canActivate: () => new Promise((resolve) => setTimeout(resolve, 20, false)) };
    const url = `${await start({ endpoint: { decorators: [UseGuards(guard)] } })}/metrics${route}`;
    expect((await get(url)).status).toBe(403);
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

  it('passes on neither stack nor paths of what goes wrong', async () => {
    const guard: CanActivate = {
      canActivate() {
        throw new Error(`Broken at ${__filename}`);
      },
    };
    const url = `${await start({ endpoint: { guards: [guard] } })}/metrics`;
    const answer = await get(url);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({ statusCode: 500, message: 'Internal server error' });
  });

  it('shows nothing of arguments, results and errors in any format', async () => {
    const SECRET = 'the launch code is 0000';
    const url = await start({ measurePayloads: true }, [CrewModule]);
    const crew = app!.get(Crew, { strict: false });
    await crew.answer(SECRET);
    await expect(crew.fail(SECRET)).rejects.toThrow(SECRET);
    for await (const chunk of crew.tell(SECRET)) expect(chunk).toBe(SECRET);
    const running = crew.wait(SECRET);
    const formats = ['json', 'prometheus', 'openmetrics'].map((format) => `?format=${format}`);
    for (const route of [...formats, '/history', '/running', '/trends']) {
      const text = await (await get(`${url}/metrics${route}`)).text();
      expect(text).toContain('crew');
      expect(text).not.toContain('launch');
    }
    crew.gate.open();
    await running;
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
      ['has a guard from a decorator', { endpoint: { decorators: [UseGuards({ canActivate: () => true })] } }, 0],
      ['has a listener of its own', { listen: { port: 0, host: '127.0.0.1' } }, 0],
      ['is meant to be public', { endpoint: { public: true } }, 0],
      ['is switched off', { endpoint: false }, 0],
    ])('warns as often as it should when the endpoint %s', async (_what, options, warnings) => {
      const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
      await start(options);
      expect(warn.mock.calls.filter(([message]) => String(message).includes('publicly readable. Set'))).toHaveLength(
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

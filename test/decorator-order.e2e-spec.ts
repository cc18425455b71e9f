import {
  Controller,
  Get,
  HttpCode,
  Injectable,
  SetMetadata,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants';
import { Reflector } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { MessagePattern } from '@nestjs/microservices';
import { Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { ApiOperation, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { firstValueFrom } from 'rxjs';
import request from 'supertest';
import { TrackAgent, TrackTool } from '../src';
import { connectByTcp } from './support/tcp';
import {
  ADAPTERS,
  counted,
  OpenApplications,
  startContext,
  startHttp,
  withMetrics,
  type HttpApplication,
} from './support/applications';

const Role = (role: string) => SetMetadata('role', role);

@Injectable()
class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return headers['x-role'] === this.reflector.get<string>('role', context.getHandler());
  }
}

@Controller('above')
class AboveController {
  @TrackAgent('above')
  @TrackTool('tool above')
  @Get()
  @HttpCode(203)
  @UseGuards(RoleGuard)
  @Role('reader')
  @ApiOperation({ summary: 'Reads.' })
  read(): string {
    return 'read';
  }
}

@Controller('below')
class BelowController {
  @ApiOperation({ summary: 'Reads.' })
  @Role('reader')
  @UseGuards(RoleGuard)
  @HttpCode(203)
  @Get()
  @TrackAgent('below')
  @TrackTool('tool below')
  read(): string {
    return 'read';
  }
}

@Injectable()
class AboveListener {
  @TrackAgent('above')
  @OnEvent('asked')
  async answer(question: string): Promise<string> {
    return `${question}!`;
  }

  @TrackAgent('above')
  @Interval('above', 60_000)
  async poll(): Promise<void> {}
}

@Injectable()
class BelowListener {
  @OnEvent('asked')
  @TrackAgent('below')
  async answer(question: string): Promise<string> {
    return `${question}!`;
  }

  @Interval('below', 60_000)
  @TrackAgent('below')
  async poll(): Promise<void> {}
}

@Controller()
class MessageController {
  @TrackAgent('above')
  @MessagePattern('above')
  async above(text: string): Promise<string> {
    return `${text}!`;
  }

  @MessagePattern('below')
  @TrackAgent('below')
  async below(text: string): Promise<string> {
    return `${text}!`;
  }
}

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

describe.each(['above', 'below'])('The tracking decorator %s the others', (place) => {
  describe.each(ADAPTERS)('on %s', (adapter) => {
    let application: HttpApplication;
    beforeEach(async () => {
      const metadata = { controllers: [AboveController, BelowController] };
      application = applications.add(await startHttp(withMetrics(metadata), adapter));
    });

    it('leaves route, guard, status and metadata as they are', async () => {
      const server = application.getHttpServer();
      await request(server).get(`/${place}`).expect(403);
      await request(server).get(`/${place}`).set('x-role', 'reader').expect(203, 'read');
      expect(counted(application)).toEqual([`tool tool ${place} of ${place}: success`, `agent ${place}: success`]);
    });

    it('leaves the OpenAPI document as it is', () => {
      const { paths } = SwaggerModule.createDocument(application, new DocumentBuilder().build());
      expect(paths[`/${place}`]!.get!.summary).toBe('Reads.');
    });
  });

  it('keeps an event listener listening', async () => {
    const metadata = { imports: [EventEmitterModule.forRoot()], providers: [AboveListener, BelowListener] };
    const application = applications.add(await startContext(withMetrics(metadata)));
    await application.get(EventEmitter2).emitAsync('asked', 'Tea');
    expect(counted(application)).toContain(`agent ${place}: success`);
    expect(counted(application)).toHaveLength(2);
  });

  it('keeps an interval', async () => {
    const metadata = { imports: [ScheduleModule.forRoot()], providers: [AboveListener, BelowListener] };
    jest.useFakeTimers();
    try {
      const application = applications.add(await startContext(withMetrics(metadata)));
      expect(application.get(SchedulerRegistry).getIntervals()).toEqual(['above', 'below']);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(counted(application)).toEqual(['agent above: success', 'agent below: success']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('keeps a message pattern', async () => {
    const application = applications.add(await startHttp(withMetrics({ controllers: [MessageController] })));
    const client = await connectByTcp(application);
    try {
      expect(await firstValueFrom(client.send(place, 'Tea'))).toBe('Tea!');
      expect(counted(application)).toEqual([`agent ${place}: success`]);
    } finally {
      client.close();
    }
  });
});

describe('What a decorator below has kept of a tracked method', () => {
  /** A registry of functions, as libraries have one that find their handlers by decorator. */
  const kept = new Map<string, object>();
  const Keep: MethodDecorator = (_target, method, descriptor) =>
    void kept.set(String(method), descriptor.value as object);
  const metadataOf = (method: string, key = 'role') => Reflect.getMetadata(key, kept.get(method)!) as unknown;

  beforeEach(() => kept.clear());

  it('has the metadata that any decorator sets, as soon as what is waited for goes on', async () => {
    class Tools {
      @TrackTool()
      @Role('admin')
      @Keep
      between() {}

      @Role('admin')
      @TrackTool()
      @Keep
      above() {}

      @Role('admin')
      @TrackAgent('agent')
      @SetMetadata('scope', 'all')
      @TrackTool()
      @Keep
      twice() {}

      @Role('admin')
      @TrackTool()
      @Role('reader')
      @Keep
      overwritten() {}

      @Role('admin')
      @TrackTool()
      @Keep
      static shared() {}
    }
    await Promise.resolve();
    for (const method of ['between', 'above', 'twice', 'overwritten', 'shared'])
      expect(metadataOf(method)).toBe('admin');
    expect(metadataOf('twice', 'scope')).toBe('all');
    expect(Reflect.getMetadata('scope', Tools.prototype.twice)).toBe('all');
  });

  it('has all guards', async () => {
    class OtherGuard extends RoleGuard {}
    class Tools {
      @UseGuards(OtherGuard)
      @TrackTool()
      @UseGuards(RoleGuard)
      @Keep
      run() {}
    }
    await Promise.resolve();
    expect(metadataOf('run', GUARDS_METADATA)).toEqual([RoleGuard, OtherGuard]);
    expect(Reflect.getMetadata(GUARDS_METADATA, Tools.prototype.run)).toEqual([RoleGuard, OtherGuard]);
  });

  it('has metadata that is set or deleted before the application starts, and the method has what is set on it', async () => {
    @Injectable()
    class Tools {
      @TrackTool()
      @SetMetadata('scope', 'all')
      @Keep
      late() {}
    }
    await Promise.resolve();
    const { late } = Tools.prototype;
    Reflect.defineMetadata('role', 'admin', late);
    Reflect.deleteMetadata('scope', late);
    Reflect.defineMetadata('title', 'Late', kept.get('late')!);
    applications.add(await startContext(withMetrics({ providers: [Tools] })));
    expect(metadataOf('late')).toBe('admin');
    expect(Reflect.hasMetadata('scope', kept.get('late')!)).toBe(false);
    expect(Reflect.getMetadata('title', late)).toBe('Late');
  });

  it('is not told of what a subclass says of the method that it inherits', async () => {
    class Base {
      @Keep
      run() {}
    }
    @TrackAgent()
    class Sub extends Base {}
    Role('admin')(Sub.prototype, 'run', Object.getOwnPropertyDescriptor(Sub.prototype, 'run')!);
    await Promise.resolve();
    expect(metadataOf('run')).toBeUndefined();
  });
});

import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Socket } from 'node:net';
import {
  BadGatewayException,
  Catch,
  Controller,
  Get,
  Injectable,
  NotFoundException,
  ParseIntPipe,
  Query,
  Req,
  RequestTimeoutException,
  Res,
  Sse,
  StreamableFile,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { catchError, concat, from, NEVER, Observable, of, throwError, timeout } from 'rxjs';

/** One event that a test waits for. */
export class Signal {
  raise!: () => void;
  readonly raised = new Promise<void>((resolve) => (this.raise = resolve));
}

/** What a test and the handler that it calls tell each other. */
export class Stage {
  /** The handler has been called. */
  readonly entered = new Signal();
  /** The handler may go on. */
  readonly release = new Signal();
  /** The handler, or what it returned, has come to its end. */
  readonly ended = new Signal();
  /** The server knows that the client has left. */
  readonly left = new Signal();
}

interface Requested {
  readonly raw?: { readonly socket: Socket };
  readonly socket: Socket;
}

interface Replied {
  readonly raw?: Writable;
  status(code: number): Replied;
  send(body: unknown): void;
}

@Injectable()
class RefusingGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Catch()
class ForgivingFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Replied>().status(200).send({ forgiven: true });
  }
}

class ForgivingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError(() => of('forgiven')));
  }
}

class TimeoutInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(timeout(1));
  }
}

class AnsweringInterceptor implements NestInterceptor {
  intercept(): Observable<unknown> {
    return of('from a cache');
  }
}

const SseEvent = (data: string) => ({ data });

/** A controller with a handler for every row of the table, tracked in one way. */
export function createOutcomeController(
  stage: () => Stage,
  decorate: MethodDecorator,
  intercept: ClassDecorator,
): Type<object> {
  @intercept
  @Controller()
  class OutcomeController {
    @Get('answer')
    @decorate
    async answer(): Promise<string> {
      return 'answered';
    }

    @Get('reply')
    @decorate
    async reply(@Res() response: Replied): Promise<void> {
      response.status(200).send('answered');
    }

    @Get('guarded')
    @UseGuards(RefusingGuard)
    @decorate
    async guarded(): Promise<string> {
      return 'answered';
    }

    @Get('piped')
    @decorate
    async piped(@Query('count', ParseIntPipe) count: number): Promise<number> {
      return count;
    }

    @Get('not-found')
    @decorate
    async throwNotFound(): Promise<string> {
      throw new NotFoundException();
    }

    @Get('bad-gateway')
    @decorate
    async throwBadGateway(): Promise<string> {
      throw new BadGatewayException();
    }

    @Get('request-timeout')
    @decorate
    async throwRequestTimeout(): Promise<string> {
      throw new RequestTimeoutException();
    }

    @Get('filtered')
    @UseFilters(ForgivingFilter)
    @decorate
    async throwToFilter(): Promise<string> {
      throw new TypeError('forgive me');
    }

    @Get('recovered')
    @UseInterceptors(ForgivingInterceptor)
    @decorate
    async throwToInterceptor(): Promise<string> {
      throw new TypeError('forgive me');
    }

    @Get('late')
    @UseInterceptors(TimeoutInterceptor)
    @decorate
    async answerLate(): Promise<string> {
      await stage().release.raised;
      stage().ended.raise();
      return 'late';
    }

    @Get('cached')
    @UseInterceptors(AnsweringInterceptor)
    @decorate
    async cached(): Promise<string> {
      return 'answered';
    }

    @Get('left')
    @decorate
    async work(@Req() request: Requested): Promise<string> {
      await this.untilClientLeaves(request);
      return 'answered';
    }

    @Get('left-throwing')
    @decorate
    async workInVain(@Req() request: Requested): Promise<string> {
      await this.untilClientLeaves(request);
      throw new NotFoundException();
    }

    @Get('file')
    @decorate
    async file(): Promise<StreamableFile> {
      return new StreamableFile(this.watched(Readable.from([Buffer.from('tea '), Buffer.from('found')])));
    }

    @Get('failing-file')
    @decorate
    failingFile(): StreamableFile {
      return new StreamableFile(
        this.watched(
          Readable.from(
            (async function* () {
              yield Buffer.from('tea ');
              await stage().release.raised;
              throw new RangeError('no more');
            })(),
          ),
        ),
        { length: 100 },
      ).setErrorLogger(() => {});
    }

    @Get('endless-file')
    @decorate
    endlessFile(): StreamableFile {
      const file = new StreamableFile(this.watched(new Readable({ read() {} })));
      file.getStream().push('tea ');
      return file.setErrorLogger(() => {});
    }

    @Get('sent-file')
    @decorate
    async sendFile(@Res() response: Replied): Promise<void> {
      const file = new Readable({ read() {} });
      file.push('tea ');
      await this.sendTo(response, file);
    }

    @Get('cut-off-file')
    @decorate
    async sendCutOffFile(@Res() response: Replied): Promise<void> {
      const file = new Readable({ read() {} });
      file.push('tea ');
      void stage().release.raised.then(() => file.destroy(new RangeError('no more')));
      await this.sendTo(response, file);
    }

    @Sse('events')
    @decorate
    events(): Observable<object> {
      return this.watchedEvents(of(SseEvent('tea'), SseEvent('found')));
    }

    @Sse('failing-events')
    @decorate
    failingEvents(): Observable<object> {
      const failed = throwError(() => new RangeError('no more'));
      return this.watchedEvents(
        concat(of(SseEvent('tea')), from(stage().release.raised.then(() => SseEvent('on'))), failed),
      );
    }

    @Sse('endless-events')
    @decorate
    endlessEvents(): Observable<object> {
      return this.watchedEvents(concat(of(SseEvent('tea')), NEVER));
    }

    @Sse('generated-events')
    @decorate
    generatedEvents(): Observable<object> {
      const generate = async function* () {
        yield SseEvent('tea');
        await new Promise(() => {});
      };
      return this.watchedEvents(from(generate()));
    }

    private async untilClientLeaves(request: Requested): Promise<void> {
      (request.raw ?? request).socket.once('close', () => stage().left.raise());
      stage().entered.raise();
      await stage().left.raised;
      stage().ended.raise();
    }

    private async sendTo(response: Replied, file: Readable): Promise<void> {
      try {
        await pipeline(file, response.raw ?? (response as unknown as Writable));
      } finally {
        stage().ended.raise();
      }
    }

    private watched(source: Readable): Readable {
      return source.once('close', () => stage().ended.raise());
    }

    private watchedEvents(source: Observable<object>): Observable<object> {
      return new Observable((subscriber) => {
        const subscription = source.subscribe(subscriber);
        return () => {
          subscription.unsubscribe();
          stage().ended.raise();
        };
      });
    }
  }
  return OutcomeController;
}

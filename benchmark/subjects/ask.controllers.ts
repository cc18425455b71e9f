import {
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
  Controller,
  Get,
  Injectable,
  UseInterceptors,
} from '@nestjs/common';
import { TrackAgent } from 'nestjs-agent-metrics';
import { OtelMethodCounter } from 'nestjs-otel';
import { finalize, tap } from 'rxjs';
import { promClientFamilies } from './prom-client-families';

const ANSWER = { answer: 'forty-two' };

const families = promClientFamilies();

/** What most people write: an interceptor that times a handler with prom-client. */
@Injectable()
class PromClientInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    const labels = { agent: context.getClass().name, tool: context.getHandler().name };
    families.inProgress.inc(labels);
    const end = families.durations.startTimer(labels);
    return next.handle().pipe(
      tap({
        next: () => families.executions.inc({ ...labels, status: 'success' }),
        error: () => families.executions.inc({ ...labels, status: 'error' }),
      }),
      finalize(() => {
        end();
        families.inProgress.dec(labels);
      }),
    );
  }
}

@Controller('ask')
class BareController {
  @Get()
  async ask() {
    return ANSWER;
  }
}

@Controller('ask')
class DecoratedController {
  @Get()
  @TrackAgent('asked')
  async ask() {
    return ANSWER;
  }
}

@Controller('ask')
class InterceptedController {
  @Get()
  @UseInterceptors(PromClientInterceptor)
  async ask() {
    return ANSWER;
  }
}

@Controller('ask')
class CountedController {
  @Get()
  @OtelMethodCounter()
  async ask() {
    return ANSWER;
  }
}

export type AskKind = 'bare' | 'decorated' | 'intercepted' | 'counted';

/** The same handler, counted in different ways. */
export const ASK_CONTROLLERS: Readonly<Record<AskKind, Type>> = {
  bare: BareController,
  decorated: DecoratedController,
  intercepted: InterceptedController,
  counted: CountedController,
};

import {
  applyDecorators,
  Controller,
  Get,
  Res,
  SetMetadata,
  UseGuards,
  VERSION_NEUTRAL,
  type CanActivate,
  type Type,
} from '@nestjs/common';
import { SkipTracking } from '../tracking/wrapping/skip-tracking.decorator';
import type { MetricsRoute } from './answers/metrics-answer';
import { BearerTokenGuard } from './guards/bearer-token.guard';
import { ListenerGuard } from './guards/listener.guard';
import { METRICS_ROUTE, MetricsResponseGuard } from './guards/metrics-response.guard';
import { NoStoreGuard } from './guards/no-store.guard';

export interface MetricsControllerOptions {
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  readonly decorators: readonly ClassDecorator[];
}

/** On the handler: its guards are asked after those of the class, also after those that the user's decorators add. */
const Answers = (route: MetricsRoute) =>
  applyDecorators(SetMetadata(METRICS_ROUTE, route), UseGuards(MetricsResponseGuard));

const OWN_GUARDS: readonly unknown[] = [NoStoreGuard, ListenerGuard, BearerTokenGuard];

/**
 * A controller class of its own for each endpoint: its path stands on the class, and two applications in one process
 * have two paths. Its handlers are empty, the last guard has answered before them; `@Res()` keeps Nest from answering
 * again. They return an object for interceptors that look into what they wrap.
 */
export function createMetricsController({ guards, decorators }: MetricsControllerOptions): Type<object> {
  @SkipTracking()
  @UseGuards(NoStoreGuard, ListenerGuard, BearerTokenGuard, ...guards)
  @Controller({ version: VERSION_NEUTRAL })
  class MetricsController {
    @Get()
    @Answers('metrics')
    metrics(@Res() _response: unknown): object {
      return {};
    }

    @Get('history')
    @Answers('history')
    history(@Res() _response: unknown): object {
      return {};
    }

    @Get('trends')
    @Answers('trends')
    trends(@Res() _response: unknown): object {
      return {};
    }

    @Get('running')
    @Answers('running')
    running(@Res() _response: unknown): object {
      return {};
    }
  }
  for (const decorate of decorators) decorate(MetricsController);
  return MetricsController;
}

/** Where Nest keeps the guards of a class. */
const GUARDS_METADATA = '__guards__';

/** The user's guards of a controller, those that decorators have added included. */
export function userGuardsOf(controller: Type<object>): unknown[] {
  const guards = Reflect.getMetadata(GUARDS_METADATA, controller) as unknown[];
  return guards.filter((guard) => !OWN_GUARDS.includes(guard));
}

import { Controller, Get, Res, SetMetadata, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import type { CanActivate, Type } from '@nestjs/common';
import { SkipTracking } from '../tracking/skip-tracking.decorator';
import { BearerTokenGuard } from './bearer-token.guard';
import { ListenerGuard } from './listener.guard';
import type { MetricsRoute } from './metrics-answer';
import { METRICS_ROUTE, MetricsResponseGuard } from './metrics-response.guard';

export interface MetricsControllerOptions {
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  readonly decorators: readonly ClassDecorator[];
}

const Answers = (route: MetricsRoute) => SetMetadata(METRICS_ROUTE, route);

/**
 * A controller class of its own for each endpoint: its path stands on the class, and two applications in one process
 * have two paths. Its handlers are empty, the last guard has answered before them; `@Res()` keeps Nest from answering
 * again.
 */
export function createMetricsController({ guards, decorators }: MetricsControllerOptions): Type<object> {
  @SkipTracking()
  @UseGuards(ListenerGuard, BearerTokenGuard, ...guards, MetricsResponseGuard)
  @Controller({ version: VERSION_NEUTRAL })
  class MetricsController {
    @Get()
    @Answers('metrics')
    metrics(@Res() _response: unknown): void {}

    @Get('history')
    @Answers('history')
    history(@Res() _response: unknown): void {}

    @Get('trends')
    @Answers('trends')
    trends(@Res() _response: unknown): void {}

    @Get('running')
    @Answers('running')
    running(@Res() _response: unknown): void {}
  }
  for (const decorate of decorators) decorate(MetricsController);
  return MetricsController;
}

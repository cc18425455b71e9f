import { Controller, Get, Module, UseGuards, VERSION_NEUTRAL, type DynamicModule, type Type } from '@nestjs/common';
import { SkipTracking } from '../../tracking/wrapping/skip-tracking.decorator';
import { AnsweredBy } from '../guards/admitted-answer';
import type { EndpointProtection } from '../guards/endpoint-protection';
import { ListenerGuard } from '../guards/listener.guard';
import { NoStoreGuard } from '../guards/no-store.guard';

import { DashboardResponseGuard } from './dashboard-response.guard';

interface DashboardOptions extends EndpointProtection {
  /** Of the endpoint; the page stands below it. */
  readonly path: string;
}

/** The routes of the page. */
@Module({})
export class DashboardModule {
  /** `imports` are the modules whose providers the guards inject. */
  static register(options: DashboardOptions, imports: DynamicModule['imports']): DynamicModule {
    return { module: DashboardModule, imports, controllers: [createDashboardController(options)] };
  }
}

/**
 * The page stands behind the guards of the endpoint, but needs no token: it is where one is entered, and what it shows it
 * asks of the other routes.
 */
function createDashboardController({ path, guards, decorators }: DashboardOptions): Type<object> {
  @SkipTracking()
  @UseGuards(NoStoreGuard, ListenerGuard, ...guards)
  @Controller({ path: `${path}/dashboard`, version: VERSION_NEUTRAL })
  class DashboardController {
    @Get()
    @AnsweredBy(DashboardResponseGuard)
    page(): object {
      return {};
    }

    @Get([':file', ':folder/:file'])
    @AnsweredBy(DashboardResponseGuard)
    file(): object {
      return {};
    }
  }
  for (const decorate of decorators) decorate(DashboardController);
  return DashboardController;
}

import {
  applyDecorators,
  Controller,
  Get,
  Module,
  UseGuards,
  VERSION_NEUTRAL,
  type DynamicModule,
  type Type,
} from '@nestjs/common';
import { SkipTracking } from '../../tracking/wrapping/skip-tracking.decorator';
import { AnsweredBy } from '../guards/admitted-answer';
import { NotInApiDocument } from '../guards/api-document';
import type { EndpointProtection } from '../guards/endpoint-protection';
import { ListenerGuard } from '../guards/listener.guard';
import { NoStoreGuard } from '../guards/no-store.guard';
import type { DashboardOptions } from '../fleet/dashboard-options';
import { DashboardResponseGuard, PAGE_SETTINGS } from './dashboard-response.guard';
import { pageSettingsOf } from './page-settings';

interface PageOptions extends EndpointProtection {
  /** The path of the endpoint; the page is below it. */
  readonly path: string;
  readonly dashboard: boolean | DashboardOptions;
}

/** The routes of the page. */
@Module({})
export class DashboardModule {
  /** `imports` are the modules whose providers the guards inject. */
  static register(options: PageOptions, imports: DynamicModule['imports']): DynamicModule {
    return {
      module: DashboardModule,
      imports,
      controllers: [createDashboardController(options)],
      providers: [{ provide: PAGE_SETTINGS, useValue: pageSettingsOf(options.dashboard) }],
    };
  }
}

/** Marks a handler that answers with the page, which is for people and no part of an API. */
const Page = (): MethodDecorator => applyDecorators(AnsweredBy(DashboardResponseGuard), NotInApiDocument());

/**
 * The guards of the endpoint protect the page, but the page needs no token: users enter the token in it. It reads its
 * figures from the other routes.
 */
function createDashboardController({ path, guards, decorators }: PageOptions): Type<object> {
  @SkipTracking()
  @UseGuards(NoStoreGuard, ListenerGuard, ...guards)
  @Controller({ path: `${path}/dashboard`, version: VERSION_NEUTRAL })
  class DashboardController {
    @Get()
    @Page()
    page(): object {
      return {};
    }

    @Get(':folder/:file')
    @Page()
    file(): object {
      return {};
    }
  }
  for (const decorate of decorators) decorate(DashboardController);
  return DashboardController;
}

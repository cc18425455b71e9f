import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { METRICS_LISTENER } from '../http/guards/listener.guard';
import type { MetricsListener } from '../http/metrics-listener';
import { watchMicroservices } from './hybrid-check';
import { MetricsApplication } from './metrics-application';

/** Behind the root module, whose distance is the smallest that Nest gives. */
const LAST = Number.MIN_SAFE_INTEGER;

/**
 * Its hook is the last one of the start: when it runs, no other module can make the start fail any more. Nest tells nobody
 * of a start that fails, so whatever would outlive it begins here.
 */
@Module({})
export class MetricsStartModule implements OnApplicationBootstrap {
  constructor(
    modules: ModulesContainer,
    private readonly application: MetricsApplication,
    @Inject(METRICS_LISTENER) private readonly listener: MetricsListener,
  ) {
    watchMicroservices(modules, application.faults);
    for (const module of modules.values()) if (module.metatype === MetricsStartModule) module.distance = LAST;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.open().catch(async (error: unknown) => {
      // An application that does not start has no shutdown either.
      await this.application.close();
      throw error;
    });
    this.application.start();
  }
}

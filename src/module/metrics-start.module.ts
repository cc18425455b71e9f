import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { openAnswers } from '../http/answers/answers.door';
import type { MetricsSource } from '../http/answers/metrics-source';
import { METRICS_LISTENER } from '../http/guards/listener.guard';
import { METRICS_SOURCE } from '../http/guards/metrics-response.guard';
import type { MetricsListener } from '../http/metrics-listener';
import { watchMicroservices } from './hybrid-check';
import { MetricsApplication } from './metrics-application';
import { StartNotice } from './start-notice';
import { ModulesContainer } from './nest-core';

/** Behind the root module, whose distance is the smallest that Nest gives. */
const LAST = Number.MIN_SAFE_INTEGER;

/**
 * Its hook is the last one of the start: when it runs, no other module can make the start fail any more. Nest does not
 * tell of a start that fails, so whatever would outlive it begins here.
 */
@Module({ providers: [StartNotice] })
export class MetricsStartModule implements OnApplicationBootstrap {
  constructor(
    modules: ModulesContainer,
    private readonly application: MetricsApplication,
    @Inject(METRICS_LISTENER) private readonly listener: MetricsListener,
    @Inject(METRICS_SOURCE) private readonly source: MetricsSource,
    private readonly notice: StartNotice,
  ) {
    watchMicroservices(modules, application.faults);
    for (const module of modules.values()) if (module.metatype === MetricsStartModule) module.distance = LAST;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.open().catch(async (error: unknown) => {
      // An application that does not start has no shutdown either.
      await this.application.close();
      throw error;
    });
    this.application.start();
    this.notice.give();
  }

  /** Opens what others reach it by: the other processes first, since each scrape asks them. */
  private async open(): Promise<void> {
    const { answerPart } = openAnswers();
    await this.application.join(({ url = '/', headers }, signal) => answerPart(url, headers, this.source, signal));
    await this.listener.open();
  }
}

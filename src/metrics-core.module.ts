import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown, OnModuleInit, Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { systemClock } from './collection/clock';
import type { Clock } from './collection/clock';
import { CollectorAnswers } from './http/collector.answers';
import { METRICS_ANSWERS } from './http/metrics-response.guard';
import { MetricsApplication } from './metrics-application';
import { METRICS_CLOCK, METRICS_OPTIONS } from './metrics.constants';
import type { ResolvedMetricsOptions } from './metrics.options';
import { APPLICATION_LINK, ApplicationLink } from './tracking/application-link';
import { ProviderExplorer } from './tracking/provider-explorer';

/**
 * One application's metrics and the link to them. Always global: a decorated class is linked wherever it is registered,
 * whoever may inject the collector.
 */
@Module({})
export class MetricsCoreModule implements OnModuleInit, OnApplicationShutdown {
  private readonly explorer: ProviderExplorer;

  /** `optionsProviders` provide `METRICS_OPTIONS` and what makes them. */
  static register(optionsProviders: Provider[], imports: DynamicModule['imports']): DynamicModule {
    return {
      module: MetricsCoreModule,
      global: true,
      imports,
      providers: [
        ...optionsProviders,
        // Without dependencies: what makes the options may be tracked itself, and would wait for them for ever.
        { provide: APPLICATION_LINK, useFactory: () => new ApplicationLink() },
        { provide: METRICS_CLOCK, useValue: systemClock },
        {
          provide: MetricsApplication,
          inject: [METRICS_OPTIONS, METRICS_CLOCK, APPLICATION_LINK],
          useFactory: (resolved: ResolvedMetricsOptions, clock: Clock, link: ApplicationLink) =>
            new MetricsApplication(resolved, clock, link),
        },
        {
          provide: METRICS_ANSWERS,
          inject: [MetricsApplication, METRICS_OPTIONS],
          useFactory: ({ collector }: MetricsApplication, { defaultFormat }: ResolvedMetricsOptions) =>
            new CollectorAnswers(collector, defaultFormat),
        },
      ],
      exports: [APPLICATION_LINK, MetricsApplication, METRICS_ANSWERS],
    };
  }

  constructor(
    modules: ModulesContainer,
    @Inject(APPLICATION_LINK) link: ApplicationLink,
    private readonly application: MetricsApplication,
  ) {
    refuseSecond(modules);
    const { store, faults } = application;
    this.explorer = new ProviderExplorer(modules, link, faults);
    this.explorer.linkFactories();
    this.explorer.declareNames(store.names);
    store.ledger.series.openDeclared();
  }

  onModuleInit(): void {
    this.explorer.linkInstances();
  }

  /** Not before the servers are closed: a request that they still finish is no cancelled one. */
  onApplicationShutdown(): void {
    this.application.close();
  }
}

function refuseSecond(modules: ModulesContainer): void {
  const registrations = [...modules.values()].filter(({ metatype }) => metatype === MetricsCoreModule);
  if (registrations.length > 1) {
    throw new Error(
      `MetricsModule.forRoot() is imported ${registrations.length} times in one application, must be imported once. ` +
        'A feature module may import the bare class MetricsModule.',
    );
  }
}

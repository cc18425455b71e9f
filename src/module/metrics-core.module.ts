import {
  Inject,
  Module,
  Optional,
  type DynamicModule,
  type FactoryProvider,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { systemClock, type Clock } from '../collection/clock';
import { promClientCopyWarning } from '../export/prom-client/prom-client-copies';
import type { MetricsSource } from '../http/answers/metrics-source';
import { exposureWarning, refuseSharedPaths, type MetricsEndpoint } from '../http/endpoint-check';
import { pageSettingsOf } from '../http/dashboard/page-settings';
import { BearerTokens } from '../http/guards/bearer-tokens';
import { METRICS_LISTENER } from '../http/guards/listener.guard';
import { METRICS_SOURCE, ON_ANSWER_FAULT } from '../http/guards/metrics-response.guard';
import { MetricsListener } from '../http/metrics-listener';
import { APPLICATION_LINK, ApplicationLink } from '../tracking/linking/application-link';
import { ProviderExplorer } from '../tracking/linking/provider-explorer';
import { MetricsApplication } from './metrics-application';
import { METRICS_CLOCK, METRICS_ENDPOINT, METRICS_OPTIONS } from './metrics.constants';
import type { ResolvedMetricsOptions } from './metrics.options';
import { openSource } from './source.door';
import { ModulesContainer } from './nest-core';

/**
 * One application's metrics and the link to them. Always global: a decorated class is linked in whichever module it is
 * registered.
 */
@Module({})
export class MetricsCoreModule implements NestModule, OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  private readonly explorer: ProviderExplorer;

  /** `optionsProviders` provide `METRICS_OPTIONS` and what makes them. */
  static register(
    optionsProviders: Provider[],
    imports: DynamicModule['imports'],
    endpoint: MetricsEndpoint | undefined,
  ): DynamicModule {
    return {
      module: MetricsCoreModule,
      global: true,
      imports,
      providers: [
        ...optionsProviders,
        // Without dependencies: what makes the options may be tracked itself, and would wait for them for ever.
        { provide: APPLICATION_LINK, useFactory: () => new ApplicationLink() },
        { provide: METRICS_ENDPOINT, useFactory: () => endpoint },
        { provide: METRICS_CLOCK, useValue: systemClock },
        {
          provide: MetricsApplication,
          inject: [METRICS_OPTIONS, METRICS_CLOCK, APPLICATION_LINK, ModulesContainer],
          useFactory: createApplication,
        },
        ...httpProviders(endpoint),
      ],
      exports: [
        ...[APPLICATION_LINK, MetricsApplication, METRICS_SOURCE, ON_ANSWER_FAULT],
        ...[BearerTokens, METRICS_LISTENER, METRICS_ENDPOINT],
      ],
    };
  }

  constructor(
    private readonly modules: ModulesContainer,
    @Inject(APPLICATION_LINK) link: ApplicationLink,
    private readonly application: MetricsApplication,
    private readonly tokens: BearerTokens,
    @Inject(METRICS_LISTENER) private readonly listener: MetricsListener,
    @Optional() @Inject(METRICS_ENDPOINT) private readonly endpoint?: MetricsEndpoint,
  ) {
    const { store, faults } = application;
    this.explorer = new ProviderExplorer(modules, link, faults);
    this.explorer.linkFactories();
    // Weakly: what the link is kept by, a constant say, must not keep the whole application.
    const explorer = new WeakRef(this.explorer);
    link.linkNewcomers = () => explorer.deref()?.linkNewcomers();
    this.explorer.declareNames(store.names);
    this.explorer.shareMetadata();
    store.ledger.series.openDeclared();
  }

  /** The one hook that runs when all paths are known and no route is mapped yet; Fastify would refuse first. */
  configure(): void {
    if (this.endpoint !== undefined) refuseSharedPaths(this.modules, this.endpoint);
  }

  onModuleInit(): void {
    this.explorer.linkInstances();
    this.explorer.shareMetadata();
    const isOpen = this.tokens.isEmpty && !this.listener.isConfigured;
    const warning = this.endpoint && isOpen ? exposureWarning(this.endpoint) : undefined;
    if (warning !== undefined) this.application.faults.warnOnce('exposure', warning);
    const copies = promClientCopyWarning();
    if (copies !== undefined) this.application.faults.warnOnce('copies', copies);
  }

  onModuleDestroy(): void {
    this.listener.beginClose();
  }

  /** Not before the servers are closed: a request that they still finish is no cancelled one. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.application.close(), this.listener.close()]);
  }
}

/** What serves the metrics, on the routes of the application or on a listener of its own. */
function httpProviders(endpoint: MetricsEndpoint | undefined): FactoryProvider[] {
  return [
    {
      provide: BearerTokens,
      inject: [METRICS_OPTIONS],
      useFactory: ({ bearerToken }: ResolvedMetricsOptions) => new BearerTokens(bearerToken),
    },
    {
      provide: METRICS_SOURCE,
      inject: [MetricsApplication, METRICS_OPTIONS],
      useFactory: (application: MetricsApplication, options: ResolvedMetricsOptions) =>
        openSource().createSource(application, options, endpoint),
    },
    {
      provide: ON_ANSWER_FAULT,
      inject: [MetricsApplication],
      useFactory:
        ({ faults }: MetricsApplication) =>
        (fault: unknown) =>
          faults.report('answering a scrape', fault),
    },
    {
      provide: METRICS_LISTENER,
      inject: [METRICS_OPTIONS, METRICS_SOURCE, BearerTokens, ON_ANSWER_FAULT],
      useFactory: createListener(endpoint),
    },
  ];
}

function createListener(endpoint: MetricsEndpoint | undefined) {
  return (
    { listen }: ResolvedMetricsOptions,
    source: MetricsSource,
    tokens: BearerTokens,
    onFault: (fault: unknown) => void,
  ): MetricsListener => {
    if (listen !== undefined && endpoint !== undefined && endpoint.guards.length > 0) throw guardsCannotListen();
    const { path = '/metrics', dashboard = true } = endpoint ?? {};
    const page = dashboard === false ? undefined : pageSettingsOf(dashboard);
    return new MetricsListener({ listen, path, page, source, tokens, onFault });
  };
}

function guardsCannotListen(): TypeError {
  return new TypeError(
    'MetricsModule: the options "listen" and "endpoint.guards" exclude each other, because guards belong to the routes of ' +
      'the application. Use "bearerToken", or give up one of the two.',
  );
}

function createApplication(
  options: ResolvedMetricsOptions,
  clock: Clock,
  link: ApplicationLink,
  modules: ModulesContainer,
): MetricsApplication {
  refuseSecond(modules);
  return new MetricsApplication(options, clock, link);
}

function refuseSecond(modules: ModulesContainer): void {
  // By the token, not by the class: another copy of this package has a class of its own.
  const registrations = [...modules.values()].filter(({ providers }) => providers.has(APPLICATION_LINK));
  if (registrations.length > 1) {
    throw new Error(
      `MetricsModule.forRoot() is imported ${registrations.length} times in one application. Import it once. ` +
        'A feature module may import the bare class MetricsModule.',
    );
  }
}

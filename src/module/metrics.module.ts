import {
  Logger,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { MetricsCollector } from '../collection/metrics-collector';
import { DashboardModule } from '../http/dashboard/dashboard.module';
import type { MetricsEndpoint } from '../http/endpoint-check';
import { METRICS_LISTENER } from '../http/guards/listener.guard';
import { MetricsListener } from '../http/metrics-listener';
import { createMetricsController, userGuardsOf } from '../http/metrics.controller';
import { APPLICATION_LINK, type ApplicationLink } from '../tracking/linking/application-link';
import { ExecutionTracker } from '../tracking/wrapping/execution-tracker';
import { MetricsApplication } from './metrics-application';
import { MetricsCoreModule } from './metrics-core.module';
import { MetricsStartModule } from './metrics-start.module';
import { createOptionsProviders } from './metrics-options.provider';
import { openOptions } from './options.door';
import { METRICS_OPTIONS, METRICS_REGISTRY } from './metrics.constants';
import type { MetricsAsyncOptions, MetricsRootOptions, ResolvedStaticOptions } from './metrics.options';
import { ModulesContainer } from './nest-core';

const PUBLIC_PROVIDERS: FactoryProvider[] = [
  {
    provide: MetricsCollector,
    inject: [MetricsApplication],
    useFactory: ({ collector }: MetricsApplication) => collector,
  },
  {
    provide: ExecutionTracker,
    inject: [APPLICATION_LINK, MetricsApplication],
    useFactory: (link: ApplicationLink) => new ExecutionTracker(link),
  },
  {
    provide: METRICS_REGISTRY,
    inject: [MetricsApplication],
    useFactory: ({ collector }: MetricsApplication) => collector.registry,
  },
  {
    provide: MetricsListener,
    inject: [METRICS_LISTENER],
    useFactory: (listener: MetricsListener) => listener,
  },
];

/**
 * Counts what decorated agents and tools do, and answers `GET /metrics`.
 *
 * Import it once, as `MetricsModule.forRoot()`. A feature module may import the bare class, which does nothing more.
 *
 * @example
 * @Module({ imports: [MetricsModule.forRoot()], providers: [ResearcherAgent, SearchTool] })
 * export class AppModule {}
 */
@Module({})
export class MetricsModule implements OnModuleInit {
  /** @internal Nest makes it: import it. */
  constructor(private readonly modules: ModulesContainer) {}

  /** @internal Nest calls it. */
  onModuleInit(): void {
    if ([...this.modules.values()].some(({ providers }) => providers.has(APPLICATION_LINK))) return;
    new Logger(MetricsModule.name).warn(
      'MetricsModule is imported without forRoot() anywhere in the application: nothing is counted, and there is no ' +
        'endpoint. Import MetricsModule.forRoot() in the root module.',
    );
  }

  /**
   * @throws TypeError that names the option, its value and what is allowed
   *
   * @example
   * MetricsModule.forRoot({ prefix: 'desk', timeouts: { toolMs: 10_000 } });
   */
  static forRoot(options: MetricsRootOptions = {}): DynamicModule {
    const { resolveOptions, resolveStaticOptions, splitOptions } = openOptions();
    const { staticOptions, options: moduleOptions } = splitOptions(options);
    const optionsProvider = { provide: METRICS_OPTIONS, useValue: resolveOptions(moduleOptions) };
    return assemble(resolveStaticOptions(staticOptions), [optionsProvider]);
  }

  /**
   * With options from a factory, a class or an existing provider. Routes are fixed before these run, so `imports`,
   * `isGlobal` and `endpoint` are given here.
   *
   * @throws TypeError that names the option, its value and what is allowed
   *
   * @example
   * MetricsModule.forRootAsync({
   *   imports: [ConfigModule],
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ prefix: config.get('METRICS_PREFIX') }),
   * });
   */
  static forRootAsync(options: MetricsAsyncOptions): DynamicModule {
    const { inject, useFactory, useClass, useExisting, ...staticOptions } = options;
    const optionsProviders = createOptionsProviders({ inject, useFactory, useClass, useExisting });
    return assemble(openOptions().resolveStaticOptions(staticOptions), optionsProviders);
  }
}

function assemble({ isGlobal, imports, endpoint }: ResolvedStaticOptions, optionsProviders: Provider[]): DynamicModule {
  const served = endpoint === false ? undefined : createEndpoint(endpoint);
  return {
    module: MetricsModule,
    global: isGlobal,
    imports: [
      MetricsCoreModule.register(optionsProviders, imports, served),
      MetricsStartModule,
      ...(served === undefined ? [] : [registerEndpoint(served, imports)]),
      ...(endpoint !== false && endpoint.dashboard ? [DashboardModule.register(endpoint, imports)] : []),
    ],
    providers: PUBLIC_PROVIDERS,
    exports: PUBLIC_PROVIDERS.map(({ provide }) => provide),
  };
}

function createEndpoint(options: Exclude<ResolvedStaticOptions['endpoint'], false>): MetricsEndpoint {
  const controller = createMetricsController(options);
  return { ...options, controller, guards: userGuardsOf(controller) };
}

/** Its process metrics stay off: they are collected once per process here, and once per application there. */
function registerEndpoint(
  { controller, path }: MetricsEndpoint,
  imports: ResolvedStaticOptions['imports'],
): DynamicModule {
  return PrometheusModule.registerAsync({
    imports,
    controller,
    // Once more: the path is written onto this controller.
    useFactory: () => ({ path, controller, defaultMetrics: { enabled: false } }),
  });
}

import { Module, type DynamicModule } from '@nestjs/common';
import { METRICS_CLOCK, MetricsModule, type Clock, type MetricsRootOptions } from '../index';
import { QUIET_START } from '../runtime/quiet-start';

/** What `MetricsTestingModule.forRoot` takes: the options of `MetricsModule`, and a clock. */
export type MetricsTestingOptions = MetricsRootOptions & {
  /** A `ManualClock`, to control time. @default the real clock */
  readonly clock?: Clock;
};

/** What a test does not want to be different from one machine to the next, or to set up. */
const DEFAULTS: MetricsRootOptions = {
  strict: true,
  endpoint: false,
  defaultMetrics: false,
  recordMemory: false,
  // For `toHaveMadeNoRepeatedCall`.
  measureRepeats: true,
};

/**
 * `MetricsModule` for tests: invalid records throw, there is no endpoint, the process is not measured, the start is
 * not logged, repeated calls are counted, and the registry belongs to this application alone. You may override each
 * option. Import it where production imports `MetricsModule`.
 *
 * @example
 * const clock = new ManualClock();
 * const app = await Test.createTestingModule({
 *   imports: [MetricsTestingModule.forRoot({ clock })],
 *   providers: [ResearcherAgent, SearchTool],
 * }).compile();
 */
@Module({})
export class MetricsTestingModule {
  /** @throws TypeError that names the option, its value and what is allowed */
  static forRoot({ clock, ...options }: MetricsTestingOptions = {}): DynamicModule {
    const metrics = MetricsModule.forRoot({ ...DEFAULTS, ...options });
    return {
      module: MetricsTestingModule,
      imports: [clock === undefined ? metrics : withClock(metrics, clock)],
      providers: [{ provide: QUIET_START, useValue: true }],
      exports: [MetricsModule],
    };
  }
}

/** As `overrideProvider(METRICS_CLOCK)` would do it, without a line in every test. */
function withClock(metrics: DynamicModule, clock: Clock): DynamicModule {
  return {
    ...metrics,
    imports: metrics.imports?.map((imported) => (providesClock(imported) ? replaceClock(imported, clock) : imported)),
  };
}

function replaceClock(module: DynamicModule, clock: Clock): DynamicModule {
  const others = module.providers?.filter((provider) => !isClock(provider)) ?? [];
  return { ...module, providers: [...others, { provide: METRICS_CLOCK, useValue: clock }] };
}

type Imported = NonNullable<DynamicModule['imports']>[number];

function providesClock(imported: Imported): imported is DynamicModule {
  return 'providers' in imported && (imported.providers?.some(isClock) ?? false);
}

function isClock(provider: NonNullable<DynamicModule['providers']>[number]): boolean {
  return 'provide' in provider && provider.provide === METRICS_CLOCK;
}

/** Injection token of the options with every default filled in. */
export const METRICS_OPTIONS = Symbol('METRICS_OPTIONS');

/** Injection token of the endpoint, undefined where there is none. */
export const METRICS_ENDPOINT = Symbol('METRICS_ENDPOINT');

/**
 * Injection token of the clock; override it with a `ManualClock` in tests.
 *
 * @example
 * Test.createTestingModule({ imports: [MetricsModule.forRoot()] }).overrideProvider(METRICS_CLOCK).useValue(new ManualClock());
 */
export const METRICS_CLOCK = Symbol('METRICS_CLOCK');

/**
 * Injection token of the registry that holds this module's families: the option `registry`, else a `Registry` of prom-client.
 *
 * @example
 * constructor(@Inject(METRICS_REGISTRY) private readonly registry: Registry) {}
 */
export const METRICS_REGISTRY = Symbol('METRICS_REGISTRY');

import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ExecutionTracker, METRICS_CLOCK, MetricsCollector, MetricsModule, type MetricsRootOptions } from '../../src';
import { ExpositionSamples } from './exposition-samples';
import { ManualClock } from '../../src/testing';

/** Keeps what an application complains of. */
class ComplaintLog implements LoggerService {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];

  log(): void {}

  warn(message: string): void {
    this.warnings.push(message);
  }

  error(message: string): void {
    this.errors.push(message);
  }
}

type Started = Pick<CollectionApp, 'app' | 'clock' | 'log'>;

/** Those that no test has closed itself. */
const open = new Set<CollectionApp>();
afterEach(async () => {
  for (const app of open) await app.close();
});

/**
 * An application whose clock a test moves on. It has no numbers but those that the test makes, and is closed after the
 * test.
 */
export class CollectionApp {
  readonly app: NestExpressApplication;
  readonly clock: ManualClock;
  readonly log: { readonly warnings: readonly string[]; readonly errors: readonly string[] };
  readonly metrics: MetricsCollector;
  readonly tracker: ExecutionTracker;

  private constructor({ app, clock, log }: Started) {
    this.app = app;
    this.clock = clock;
    this.log = log;
    this.metrics = app.get(MetricsCollector);
    this.tracker = app.get(ExecutionTracker);
    open.add(this);
  }

  static async start(
    options: MetricsRootOptions = {},
    {
      clock = new ManualClock(),
      ...parts
    }: Pick<ModuleMetadata, 'providers' | 'controllers'> & { clock?: ManualClock } = {},
  ): Promise<CollectionApp> {
    const log = new ComplaintLog();
    const quiet = { recordMemory: false, defaultMetrics: false };
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot({ ...quiet, ...options })],
      ...parts,
    })
      .overrideProvider(METRICS_CLOCK)
      .useValue(clock)
      .setLogger(log)
      .compile();
    const app = module.createNestApplication<NestExpressApplication>();
    await app.init();
    return new CollectionApp({ app, clock, log });
  }

  /** The JSON document. */
  async json<Document>(): Promise<Document> {
    return JSON.parse(await this.metrics.exportMetrics('json')) as Document;
  }

  /** The exposition. */
  async samples(): Promise<ExpositionSamples> {
    return new ExpositionSamples(await this.metrics.exportMetrics('prometheus'));
  }

  /** Sends a request over HTTP; the first one opens the port. */
  async fetch(path: string): Promise<Response> {
    if (!this.app.getHttpServer().listening) await this.app.listen(0, '127.0.0.1');
    return fetch(`${await this.app.getUrl()}${path}`);
  }

  async close(): Promise<void> {
    open.delete(this);
    await this.app.close();
  }
}

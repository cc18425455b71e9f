import type { LoggerService, Provider } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  MetricsCollector,
  type Clock,
  type Execution,
  type ExecutionStatus,
  type MetricsModuleOptions,
} from '../../src';
import { ManualClock, MetricsTestingModule } from '../../src/testing';

/** A started Nest application whose time is in the test's hands. */
export interface LiveApplication<AppClock extends Clock = ManualClock> {
  readonly module: TestingModule;
  readonly collector: MetricsCollector;
  readonly clock: AppClock;
}

interface ApplicationSetup<AppClock> {
  readonly providers?: Provider[];
  readonly options?: MetricsModuleOptions;
  readonly clock?: AppClock;
  readonly logger?: LoggerService;
}

const silence: LoggerService = { log() {}, warn() {}, error() {} };

export async function startApplication<AppClock extends Clock = ManualClock>({
  providers = [],
  options = {},
  clock = new ManualClock() as unknown as AppClock,
  logger = silence,
}: ApplicationSetup<AppClock> = {}): Promise<LiveApplication<AppClock>> {
  const module = await Test.createTestingModule({
    imports: [MetricsTestingModule.forRoot({ clock, ...options })],
    providers,
  })
    .setLogger(logger)
    .compile();
  await module.init();
  return { module, collector: module.get(MetricsCollector), clock };
}

/** What the tests compare of a finished execution. */
export interface Ending {
  readonly status: ExecutionStatus;
  readonly errorType?: string;
  readonly durationMs: number;
  readonly chunks: number;
  readonly firstChunkMs?: number;
}

export function endingOf({ status, errorType, durationMs, chunks, timeToFirstChunkSeconds }: Execution): Ending {
  const firstChunkMs = timeToFirstChunkSeconds === undefined ? undefined : timeToFirstChunkSeconds * 1_000;
  return { status, errorType, durationMs, chunks, firstChunkMs };
}

/** Finished executions in the order in which they ended. */
export function endings(collector: MetricsCollector): Ending[] {
  return collector.getHistory().map(endingOf).reverse();
}

/** An application that stands beside the tested one and must not notice anything. */
export function expectUntouched({ collector }: LiveApplication): void {
  expect(collector.getHistory()).toEqual([]);
  expect(collector.getRunning()).toEqual([]);
  expect(collector.getSystemMetrics()).toMatchObject({ totalRequests: 0, requestsInProgress: 0, lastUpdated: null });
}

import type { INestApplicationContext } from '@nestjs/common';
import { MetricsCollector } from '../index';

/** A Nest application of any kind, or the `TestingModule` that makes one. */
export type TestedApplication = Pick<INestApplicationContext, 'get'>;

/** @throws Error where the application has no metrics */
export function collectorOf(app: TestedApplication): MetricsCollector {
  try {
    return app.get(MetricsCollector, { strict: false });
  } catch (cause) {
    throw new Error('The application under test collects no metrics: import MetricsTestingModule.forRoot() in it.', {
      cause,
    });
  }
}

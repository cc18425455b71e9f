import { SetMetadata } from '@nestjs/common';

export const SKIP_TRACKING = 'nestjs-agent-metrics@1:skip';

/**
 * Leaves a handler, or all handlers of a controller, out of what the metrics interceptors count.
 *
 * @example
 * @SkipTracking()
 * @Get('health')
 * health() { ... }
 */
export const SkipTracking = (): MethodDecorator & ClassDecorator => SetMetadata(SKIP_TRACKING, true);

import { assertExperimentalDecorators } from './tracking-decorator';

export const SKIP_TRACKING = 'nestjs-agent-metrics@1:skip';

/**
 * Leaves a handler, or all handlers of a controller, out of what the metrics interceptors count.
 *
 * @throws TypeError when the class is loaded, if it was compiled without `experimentalDecorators`
 *
 * @example
 * @SkipTracking()
 * @Get('health')
 * health() { ... }
 */
export const SkipTracking =
  (): MethodDecorator & ClassDecorator =>
  (target: object, method?: string | symbol, descriptor?: PropertyDescriptor): void => {
    assertExperimentalDecorators('SkipTracking', method);
    Reflect.defineMetadata(SKIP_TRACKING, true, (descriptor?.value as object | undefined) ?? target);
  };

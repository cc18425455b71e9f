import { applyDecorators, Controller, Get, SetMetadata, UseGuards, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { SkipTracking } from '../tracking/wrapping/skip-tracking.decorator';
import { METRICS_PATHS, type RouteName } from './answers/metrics-paths';
import { AnsweredBy } from './guards/admitted-answer';
import { leaveOutOfApiDocument } from './guards/api-document';
import { BearerTokenGuard } from './guards/bearer-token.guard';
import type { EndpointProtection } from './guards/endpoint-protection';
import { ListenerGuard } from './guards/listener.guard';
import { METRICS_ROUTE, MetricsResponseGuard } from './guards/metrics-response.guard';
import { NoStoreGuard } from './guards/no-store.guard';

const ROUTE_NAMES = Object.keys(METRICS_PATHS) as RouteName[];

const OWN_GUARDS: readonly unknown[] = [NoStoreGuard, ListenerGuard, BearerTokenGuard];

/**
 * A controller class of its own for each endpoint: its path is metadata of the class, and two applications in one process
 * have two paths. It has a handler for each route.
 */
export function createMetricsController({ guards, decorators }: EndpointProtection): Type<object> {
  @SkipTracking()
  @UseGuards(NoStoreGuard, ListenerGuard, BearerTokenGuard, ...guards)
  @Controller({ version: VERSION_NEUTRAL })
  class MetricsController {}

  for (const name of ROUTE_NAMES) addHandler(MetricsController, name);
  for (const decorate of decorators) decorate(MetricsController);
  leaveOutOfApiDocument(MetricsController);
  return MetricsController;
}

/** The handler is empty, the guard has the answer. It returns an object for interceptors that look into what they wrap. */
function addHandler(controller: Type<object>, name: RouteName): void {
  const prototype = controller.prototype as object;
  const descriptor = { value: { [name]: (): object => ({}) }[name], writable: true, configurable: true };
  Object.defineProperty(prototype, name, descriptor);
  const decorate = applyDecorators(
    Get(METRICS_PATHS[name]),
    SetMetadata(METRICS_ROUTE, name),
    AnsweredBy(MetricsResponseGuard),
  );
  decorate(prototype, name, descriptor);
}

/** Where Nest keeps the guards of a class. */
const GUARDS_METADATA = '__guards__';

/** The user's guards of a controller, those that decorators have added included. */
export function userGuardsOf(controller: Type<object>): unknown[] {
  const guards = Reflect.getMetadata(GUARDS_METADATA, controller) as unknown[];
  return guards.filter((guard) => !OWN_GUARDS.includes(guard));
}

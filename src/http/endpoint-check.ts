import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';

/** The endpoint as it was asked for. */
export interface MetricsEndpoint {
  readonly controller: Type<object>;
  readonly path: string;
  readonly guards: readonly unknown[];
  /** Meant to be open to everybody. */
  readonly public: boolean;
}

/** Where Nest keeps a controller's path. */
const PATH_METADATA = 'path';

/**
 * Refuses a second controller of `PrometheusModule` on our path: Fastify would not boot, and Express would serve whichever
 * came first without a word.
 *
 * @throws an error that names both remedies
 */
export function refuseSharedPath(modules: ModulesContainer, { controller, path }: MetricsEndpoint): void {
  for (const { metatype, controllers } of modules.values()) {
    if (metatype !== PrometheusModule) continue;
    for (const { metatype: other } of controllers.values()) {
      if (!other || other === controller || !samePath(Reflect.getMetadata(PATH_METADATA, other), path)) continue;
      throw new Error(
        `MetricsModule and your PrometheusModule both answer ${path}. Either remove your PrometheusModule (its metrics are ` +
          'served by MetricsModule, too), or keep it and give MetricsModule the options ' +
          "{ registry: register, defaultMetrics: false, endpoint: { path: 'crew' } } (or endpoint: false).",
      );
    }
  }
}

/** What to say of an endpoint that anybody can read where it matters, or undefined where all is well. */
export function exposureWarning(endpoint: MetricsEndpoint): string | undefined {
  const isProtected = endpoint.public || endpoint.guards.length > 0;
  if (isProtected || process.env.NODE_ENV !== 'production') return undefined;
  return (
    `${endpoint.path} is open to everybody. Set "bearerToken" or "endpoint.guards", or say that it is meant to be with ` +
    '"endpoint.public": true.'
  );
}

function samePath(path: unknown, ours: string): boolean {
  return typeof path === 'string' && trim(path) === trim(ours);
}

function trim(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

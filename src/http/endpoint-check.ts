import { RequestMethod, type Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { DashboardModule } from './dashboard/dashboard.module';
import type { DashboardOptions } from './fleet/dashboard-options';

/** The endpoint as it was asked for. */
export interface MetricsEndpoint {
  readonly controller: Type<object>;
  readonly path: string;
  readonly guards: readonly unknown[];
  /** Whether the page is served below it, and which server it asks about other instances. */
  readonly dashboard: boolean | DashboardOptions;
  /** Meant to be publicly readable. */
  readonly public: boolean;
}

/** Where Nest keeps the paths and the methods of controllers and handlers. */
const PATH_METADATA = 'path';
const METHOD_METADATA = 'method';

/**
 * Refuses a second controller on a path of ours, such as that of a `PrometheusModule`: Fastify would not boot, and Express
 * would serve whichever came first without a word.
 *
 * @throws an error that names the remedies
 */
export function refuseSharedPaths(modules: ModulesContainer, endpoint: MetricsEndpoint): void {
  const { path, controller } = endpoint;
  const foreign = [...modules.values()]
    .filter(({ metatype }) => metatype !== DashboardModule)
    .flatMap(({ controllers }) => [...controllers.values()])
    .flatMap(({ metatype }) => (metatype && metatype !== controller ? [metatype as Type<object>] : []));
  refuse(foreign, path, METRICS_REMEDY);
  if (endpoint.dashboard) refuse(foreign, `${path}/dashboard`, DASHBOARD_REMEDY);
}

const METRICS_REMEDY =
  'If that is the controller of your PrometheusModule, either remove the module (its metrics are served by MetricsModule, ' +
  'too), or keep it and give MetricsModule the options ' +
  "{ registry: register, defaultMetrics: false, endpoint: { path: 'crew' } } (or endpoint: false).";

const DASHBOARD_REMEDY =
  'Give your controller another path, or MetricsModule the option endpoint: { dashboard: false }, which removes our page, or ' +
  "endpoint: { path: 'crew' }, which moves it.";

function refuse(controllers: readonly Type<object>[], path: string, remedy: string): void {
  const other = controllers.find((controller) => answers(controller, path));
  if (other !== undefined) throw new Error(`MetricsModule and ${other.name} both answer ${path}. ${remedy}`);
}

/** Whether a controller has a GET handler at exactly this path. */
function answers(controller: Type<object>, path: string): boolean {
  const prefixes = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[] | undefined].flat();
  return handlersOf(controller.prototype as object).some((handler) => {
    if (Reflect.getMetadata(METHOD_METADATA, handler) !== RequestMethod.GET) return false;
    const routes = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[] | undefined].flat();
    return prefixes.some((prefix) => routes.some((route) => trim(`${prefix ?? ''}/${route ?? ''}`) === trim(path)));
  });
}

function handlersOf(prototype: object): object[] {
  const descriptors = Object.values(Object.getOwnPropertyDescriptors(prototype));
  return descriptors.flatMap(({ value }) => (typeof value === 'function' ? [value as object] : []));
}

/** The warning for an endpoint that is publicly readable where it matters; undefined if all is well. */
export function exposureWarning(endpoint: MetricsEndpoint): string | undefined {
  const isProtected = endpoint.public || endpoint.guards.length > 0;
  if (isProtected || process.env.NODE_ENV !== 'production') return undefined;
  return (
    `${endpoint.path} is publicly readable. Set bearerToken, endpoint.guards or listen; or endpoint.public: true if ` +
    'that is intended.'
  );
}

function trim(path: string): string {
  return path.split('/').filter(Boolean).join('/');
}

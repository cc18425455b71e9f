import type { NestInterceptor } from '@nestjs/common';
import { APP_INTERCEPTOR, type ModulesContainer } from '@nestjs/core';
import { AgentMetricsInterceptor, ToolMetricsInterceptor } from '../tracking/wrapping/tracking.interceptor';

const MESSAGE =
  'A global metrics interceptor does not see the message handlers of a connected microservice, so they are not counted. ' +
  'Connect it with app.connectMicroservice(options, { inheritAppConfig: true }).';

/** A microservice's server, as far as it is looked at here. */
interface RpcTarget {
  getHandlers?(): ReadonlyMap<unknown, unknown>;
}

/**
 * Warns where a microservice is connected that does not inherit the application's configuration, and with it an interceptor of
 * ours that is global. Nest tells of a microservice as it is connected, and registers its handlers in the same turn: if it
 * inherits, it asks each global interceptor for its `intercept` then. Of one whose handlers are registered later nothing is said.
 */
export function watchMicroservices(modules: ModulesContainer, warn: (message: string) => void): void {
  const registry = (modules as Partial<ModulesContainer>).getRpcTargetRegistry?.<RpcTarget>();
  registry?.subscribe((target) => {
    const interceptor = findGlobalInterceptor(modules);
    if (interceptor === undefined) return;
    const wasAsked = watchIntercept(interceptor);
    queueMicrotask(() => {
      const isAsked = wasAsked();
      const handlers = target.getHandlers?.();
      if (!isAsked && handlers !== undefined && handlers.size > 0) warn(MESSAGE);
    });
  });
}

/** Nest gives each provider of `APP_INTERCEPTOR` a token of its own that begins so. */
function findGlobalInterceptor(modules: ModulesContainer): NestInterceptor | undefined {
  for (const { providers } of modules.values()) {
    for (const [token, { instance }] of providers) {
      if (typeof token === 'string' && token.startsWith(APP_INTERCEPTOR) && isOurs(instance)) return instance;
    }
  }
  return undefined;
}

function isOurs(instance: unknown): instance is NestInterceptor {
  return instance instanceof AgentMetricsInterceptor || instance instanceof ToolMetricsInterceptor;
}

/** Sees whether somebody asks for the method, until the answer is wanted. */
function watchIntercept(interceptor: NestInterceptor): () => boolean {
  const intercept: unknown = Reflect.get(interceptor, 'intercept');
  let isAsked = false;
  Object.defineProperty(interceptor, 'intercept', {
    configurable: true,
    get: () => {
      isAsked = true;
      return intercept;
    },
  });
  return () => {
    Reflect.deleteProperty(interceptor, 'intercept');
    return isAsked;
  };
}

import type { NestInterceptor } from '@nestjs/common';
import type { FaultLog } from '../tracking/fault-log';
import { AgentMetricsInterceptor, ToolMetricsInterceptor } from '../tracking/wrapping/tracking.interceptor';
import { APP_INTERCEPTOR, type ModulesContainer } from './nest-core';

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
export function watchMicroservices(modules: ModulesContainer, faults: FaultLog): void {
  const registry = (modules as Partial<ModulesContainer>).getRpcTargetRegistry?.<RpcTarget>();
  let settle = (): void => {};
  registry?.subscribe((target) => {
    // Its handlers are registered, or will be later, as the next one is connected.
    settle();
    const settleThis = faults.guard('hybrid', () => watchConnecting(target, modules, faults));
    settle = settleThis ?? (() => {});
    queueMicrotask(() => settleThis?.());
  });
}

/** @returns what ends the watch and warns, the first time that it is called */
function watchConnecting(target: RpcTarget, modules: ModulesContainer, faults: FaultLog): (() => void) | undefined {
  const interceptor = findGlobalInterceptor(modules);
  if (interceptor === undefined) return undefined;
  const wasAsked = watchIntercept(interceptor);
  let isSettled = false;
  return () => {
    if (isSettled) return;
    isSettled = true;
    faults.guard('hybrid', () => {
      const isAsked = wasAsked();
      const handlers = target.getHandlers?.();
      if (!isAsked && handlers !== undefined && handlers.size > 0) faults.warnOnce('hybrid', MESSAGE);
    });
  };
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

/** Watches whether the method is read, until the answer is wanted. */
function watchIntercept(interceptor: NestInterceptor): () => boolean {
  const intercept: unknown = Reflect.get(interceptor, 'intercept');
  const own = Object.getOwnPropertyDescriptor(interceptor, 'intercept');
  let isAsked = false;
  Object.defineProperty(interceptor, 'intercept', {
    configurable: true,
    get: () => {
      isAsked = true;
      return intercept;
    },
  });
  return () => {
    if (own === undefined) Reflect.deleteProperty(interceptor, 'intercept');
    else Object.defineProperty(interceptor, 'intercept', own);
    return isAsked;
  };
}

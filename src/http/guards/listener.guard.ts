import { Inject, Injectable, NotFoundException, type CanActivate, type ExecutionContext } from '@nestjs/common';

/** The injection token of the listener inside this library; users inject it by its class. */
export const METRICS_LISTENER = Symbol('METRICS_LISTENER');

/** What the guard asks of the listener. */
export interface ListenerState {
  /** Whether there is one: the main listener does not answer then. */
  readonly isConfigured: boolean;
}

/**
 * Where scrapers have a listener of their own, the application's routes are as if they were not there. They are, because
 * routes are fixed before a factory can say that there is a listener.
 */
@Injectable()
export class ListenerGuard implements CanActivate {
  constructor(@Inject(METRICS_LISTENER) private readonly listener: ListenerState) {}

  canActivate(context: ExecutionContext): boolean {
    if (!this.listener.isConfigured) return true;
    const { method, url } = context.switchToHttp().getRequest<{ readonly method: string; readonly url: string }>();
    throw new NotFoundException(`Cannot ${method} ${url}`);
  }
}

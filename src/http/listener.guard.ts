import { Injectable, NotFoundException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { MetricsListener } from './metrics-listener';

/**
 * Where scrapers have a listener of their own, the application's routes are as if they were not there. They are, because
 * routes are fixed before a factory can say that there is a listener.
 */
@Injectable()
export class ListenerGuard implements CanActivate {
  constructor(private readonly listener: MetricsListener) {}

  canActivate(context: ExecutionContext): boolean {
    if (!this.listener.isConfigured) return true;
    throw new NotFoundException(`Cannot GET ${context.switchToHttp().getRequest<{ readonly url: string }>().url}`);
  }
}

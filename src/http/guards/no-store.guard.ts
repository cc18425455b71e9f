import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { MetricsResponse } from '../answers/node-response';

/** The first guard: refusals by the guards after it, or of the query, must not be cached. */
@Injectable()
export class NoStoreGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getResponse<MetricsResponse>().header('Cache-Control', 'no-store');
    return true;
  }
}

import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { MetricsResponse } from '../answers/node-response';

/** The first guard: nobody may cache what the ones after it, or the query, have refused. */
@Injectable()
export class NoStoreGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getResponse<MetricsResponse>().header('Cache-Control', 'no-store');
    return true;
  }
}

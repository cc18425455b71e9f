import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { MetricsRequest } from '../answers/metrics-answer';
import type { MetricsResponse } from '../answers/node-response';
import { BearerTokens } from './bearer-tokens';

/** Lets those in who know a token. */
@Injectable()
export class BearerTokenGuard implements CanActivate {
  constructor(private readonly tokens: BearerTokens) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    if (this.tokens.admit(http.getRequest<MetricsRequest>().headers.authorization)) return true;
    http.getResponse<MetricsResponse>().header('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException();
  }
}

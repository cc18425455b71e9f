import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { BearerTokens } from './bearer-tokens';
import type { MetricsRequest } from './metrics-answer';
import type { MetricsResponse } from './metrics-response';

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

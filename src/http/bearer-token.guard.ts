import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { MetricsRequest } from './metrics-answer';

/** The injection token of the tokens that open the endpoint; none leave it open. */
export const BEARER_TOKENS = Symbol('BEARER_TOKENS');

/** Lets those in who know a token. It is taken from the header alone: what stands in a URL stands in logs. */
@Injectable()
export class BearerTokenGuard implements CanActivate {
  private readonly digests: readonly Buffer[];

  constructor(@Inject(BEARER_TOKENS) tokens: readonly string[]) {
    this.digests = tokens.map(digest);
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    if (this.digests.length === 0 || this.isKnown(http.getRequest<MetricsRequest>().headers.authorization)) return true;
    http.getResponse<{ header(name: string, value: string): unknown }>().header('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException();
  }

  /** Digests have one length, and all are compared: neither length nor place of a difference shows in the time. */
  private isKnown(authorization: string | string[] | undefined): boolean {
    const [, token] = /^Bearer +(\S+) *$/i.exec(typeof authorization === 'string' ? authorization : '') ?? [];
    if (token === undefined) return false;
    const given = digest(token);
    return this.digests.filter((known) => timingSafeEqual(known, given)).length > 0;
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

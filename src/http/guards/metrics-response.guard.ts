import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { MetricsRequest } from '../answers/metrics-answer';
import { respond } from '../answers/metrics-response';
import type { MetricsRoute } from '../answers/metrics-route';
import type { MetricsSource } from '../answers/metrics-source';
import { LateResponse } from './late-response';

/** The injection token of what the answers are made from. */
export const METRICS_SOURCE = Symbol('METRICS_SOURCE');

/** The injection token of what is told of a fault that no client is told of. */
export const ON_ANSWER_FAULT = Symbol('ON_ANSWER_FAULT');

/** Says which route a handler stands for. */
export const METRICS_ROUTE = 'nestjs-agent-metrics@1:route';

/**
 * Writes the response. It is the last guard and not the handler, because interceptors of the application stand around
 * the handler: one that wraps would change the body, and one that caches would keep the second request waiting for
 * ever. Guards are asked before them, and always.
 */
@Injectable()
export class MetricsResponseGuard implements CanActivate {
  constructor(
    @Inject(METRICS_SOURCE) private readonly source: MetricsSource,
    @Inject(ON_ANSWER_FAULT) private readonly onFault: (fault: unknown) => void,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<MetricsRequest>();
    const route = Reflect.getMetadata(METRICS_ROUTE, context.getHandler()) as MetricsRoute;
    const response = new LateResponse(context, this.onFault);
    await respond(response, request, (signal) => route.answer(request, this.source, signal));
    return true;
  }
}
